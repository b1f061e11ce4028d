package dev.walden.importing;

import dev.walden.WrongClusterException;
import dev.walden.archive.repacking.BackupRepacking;
import dev.walden.backup.TablespaceMap;
import dev.walden.backup.TarMember;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Puts the members of a backup's parts into an archive, and looks into two of them meanwhile. */
final class ImportedMembers {
  private final ClusterIdentity cluster;
  private final Set<Long> tablespaces = new TreeSet<>();

  /**
   * None yet.
   *
   * @param cluster the one to which the backup must belong
   */
  ImportedMembers(ClusterIdentity cluster) {
    this.cluster = cluster;
  }

  void addTablespace(long oid) {
    tablespaces.add(oid);
  }

  /** The OIDs of all tablespaces that were seen. */
  List<Long> tablespaces() {
    return List.copyOf(tablespaces);
  }

  /** Adds all members of a part. */
  void repack(BackupMembers members, BackupRepacking into) throws IOException {
    for (Optional<TarMember> next = members.next(); next.isPresent(); next = members.next()) {
      TarMember member = next.get();
      if (member.kind() == TarMember.Kind.DIRECTORY) {
        into.addDirectory(member);
      } else if (member.path().equals(BackupFolder.CONTROL_FILE)) {
        into.addFile(member, new ByteArrayInputStream(control(members)), members.source());
      } else if (member.path().equals(TablespaceMap.FILE_NAME)) {
        add(member, new ByteArrayInputStream(tablespaceMap(members)), members, into);
      } else {
        add(member, members.content(), members, into);
      }
    }
  }

  private static void add(
      TarMember member, InputStream content, BackupMembers members, BackupRepacking into)
      throws IOException {
    if (members.isListed()) {
      into.addFile(member, content, members.source());
    } else {
      into.addUnlisted(member, content, members.source());
    }
  }

  /** Only the map names tablespaces without files. */
  private byte[] tablespaceMap(BackupMembers members) throws IOException {
    byte[] content = members.content().readNBytes(TablespaceMap.MAX_CONTENT + 1);
    String name = TablespaceMap.FILE_NAME + " in " + members.source();
    TablespaceMap.parse(name, content).entries().forEach(entry -> addTablespace(entry.oid()));
    return content;
  }

  private byte[] control(BackupMembers members) throws IOException {
    String name = BackupFolder.CONTROL_FILE + " in " + members.source();
    ControlFile control =
        ControlFile.parse(name, members.content().readNBytes(ControlFile.SIZE + 1));
    requireCluster(control.identity(), name);
    return control.content();
  }

  void requireCluster(ClusterIdentity found, String where) throws WrongClusterException {
    if (!found.equals(cluster)) {
      throw new WrongClusterException(where + " belongs to " + found + ", expected " + cluster);
    }
  }
}
