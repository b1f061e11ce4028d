package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.WrongClusterException;
import dev.walden.archive.repacking.BackupRepacking;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import dev.walden.codec.Decompressor;
import dev.walden.wal.WalFileName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A backup in tar format, perhaps compressed.
 *
 * @param archives by their names without any ending: {@code base}, {@code pg_wal}, or the OID of a
 *     tablespace
 */
record TarBackup(Path folder, Map<String, Path> archives) implements BackupFolder {
  private static final String BASE = "base";
  private static final String WAL = "pg_wal";
  private static final String CONTROL_FILE = "global/pg_control";

  static TarBackup of(Path folder) throws IOException {
    Map<String, Path> archives = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = Decompressor.plainName(file.getFileName().toString());
        if (name.matches("(base|pg_wal|[1-9][0-9]{0,9})\\.tar")) {
          Path other = archives.put(name.substring(0, name.length() - 4), file);
          if (other != null) {
            throw new CorruptFileException(
                folder.toString(), "has " + name + " twice: " + other + " and " + file);
          }
        } else if (!name.equals(BackupManifestReader.FILE_NAME)) {
          throw new CorruptFileException(
              file.toString(), "does not belong to a backup of pg_basebackup --format=tar");
        }
      }
    }
    if (!archives.containsKey(BASE)) {
      throw new CorruptFileException(
          folder.toString(), "holds a manifest, but neither base.tar nor a data directory");
    }
    return new TarBackup(folder, archives);
  }

  private TarReader open(String archive) throws IOException {
    Path file = archives.get(archive);
    if (file == null) {
      throw new CorruptFileException(
          folder.toString(), "lacks " + archive + ".tar, of which the manifest lists files");
    }
    return new TarReader(
        file.toString(),
        Decompressor.open(file.toString(), Files.newInputStream(file), Long.MAX_VALUE));
  }

  @Override
  public ClusterIdentity identity() throws IOException {
    try (TarReader tar = open(BASE)) {
      for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
        if (next.get().path().equals(CONTROL_FILE)) {
          return control(tar).identity();
        }
      }
    }
    throw new CorruptFileException(archives.get(BASE).toString(), "holds no " + CONTROL_FILE);
  }

  private ControlFile control(TarReader tar) throws IOException {
    return ControlFile.parse(name(CONTROL_FILE), tar.content().readNBytes(ControlFile.SIZE + 1));
  }

  private String name(String member) {
    return member + " in " + archives.get(BASE);
  }

  /** With {@code --wal-method=fetch} it lies in {@code base.tar}. */
  @Override
  public boolean hidesWal() {
    return !archives.containsKey(WAL);
  }

  @Override
  public Path findWal(Path temporary) throws IOException {
    if (archives.containsKey(WAL)) {
      try (TarReader tar = open(WAL)) {
        for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
          unpackWal(next.get().path(), tar, temporary);
        }
      }
    }
    return temporary;
  }

  private static void unpackWal(String name, TarReader tar, Path folder) throws IOException {
    try {
      WalFileName wal = WalFileName.parse(name);
      Files.copy(tar.content(), folder.resolve(wal.toString()));
    } catch (IllegalArgumentException e) {
      // such as archive_status
    }
  }

  @Override
  public boolean repack(
      BackupRepacking into, ManifestOutline manifest, ClusterIdentity cluster, Path wal)
      throws IOException {
    Set<String> order = new LinkedHashSet<>();
    manifest.tablespaces().forEach(oid -> order.add(oid.toString()));
    order.addAll(archives.keySet());
    order.remove(WAL);
    // servers send it last
    order.remove(BASE);
    for (String tablespace : order) {
      String prefix = "pg_tblspc/" + tablespace + "/";
      try (TarReader tar = open(tablespace)) {
        for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
          add(into, next.get().at(prefix + next.get().path()), tar.content());
        }
      }
    }
    return repackBase(into, cluster, wal);
  }

  private void add(BackupRepacking into, TarMember member, InputStream content) throws IOException {
    if (member.kind() == TarMember.Kind.DIRECTORY) {
      into.addDirectory(member);
    } else {
      into.addFile(member, content, folder.toString());
    }
  }

  private boolean repackBase(BackupRepacking into, ClusterIdentity cluster, Path wal)
      throws IOException {
    boolean signal = false;
    try (TarReader tar = open(BASE)) {
      for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
        TarMember member = next.get();
        if (SIGNALS.contains(member.path())) {
          signal = true;
        } else if (member.kind() == TarMember.Kind.FILE && member.path().startsWith(WAL + "/")) {
          unpackWal(member.path().substring(WAL.length() + 1), tar, wal);
        } else if (member.path().equals(CONTROL_FILE)) {
          ControlFile control = control(tar);
          if (!control.identity().equals(cluster)) {
            throw new WrongClusterException(
                name(CONTROL_FILE) + " is of " + control.identity() + ", expected " + cluster);
          }
          into.addFile(member, new ByteArrayInputStream(control.content()), name(CONTROL_FILE));
        } else {
          add(into, member, tar.content());
        }
      }
    }
    return signal;
  }
}
