package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import dev.walden.codec.Decompressor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A backup in tar format, maybe compressed.
 *
 * @param archives by name without any suffix: {@code base}, {@code pg_wal}, or the OID of a
 *     tablespace
 */
record TarBackup(Path folder, Map<String, Path> archives) implements BackupFolder {
  private static final String BASE = "base";
  private static final String WAL = "pg_wal";

  static TarBackup of(Path folder) throws IOException {
    Map<String, Path> archives = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = Decompressor.plainName(file.getFileName().toString());
        if (name.matches("(base|pg_wal|[1-9][0-9]{0,9})\\.tar")) {
          Path other = archives.put(name.substring(0, name.length() - 4), file);
          if (other != null) {
            throw new CorruptFileException(
                folder.toString(), "has two files for " + name + ": " + other + " and " + file);
          }
        } else if (!name.equals(BackupManifestReader.FILE_NAME)) {
          throw new CorruptFileException(
              file.toString(), "does not belong to a backup of pg_basebackup --format=tar");
        }
      }
    }
    if (!archives.containsKey(BASE)) {
      throw new CorruptFileException(
          folder.toString(), "has a manifest, but neither base.tar nor a data directory");
    }
    return new TarBackup(folder, archives);
  }

  private TarReader open(String archive) throws IOException {
    Path file = archives.get(archive);
    if (file == null) {
      throw new CorruptFileException(
          folder.toString(), "lacks " + archive + ".tar, although the manifest lists its files");
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
          return ControlFile.parse(
                  CONTROL_FILE + " in " + archives.get(BASE),
                  tar.content().readNBytes(ControlFile.SIZE + 1))
              .identity();
        }
      }
    }
    throw new CorruptFileException(String.valueOf(archives.get(BASE)), "has no " + CONTROL_FILE);
  }

  /** With {@code --wal-method=fetch}, {@code base.tar} holds the WAL. */
  @Override
  public boolean hidesWal() {
    return !archives.containsKey(WAL);
  }

  @Override
  public Path findWal(Path temporary) throws IOException {
    if (archives.containsKey(WAL)) {
      try (TarReader tar = open(WAL)) {
        for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
          BackupFolder.unpackWal(next.get().path(), tar.content(), temporary);
        }
      }
    }
    return temporary;
  }

  @Override
  public List<BackupPart> parts(ManifestOutline manifest) {
    Set<String> order = new LinkedHashSet<>();
    manifest.tablespaces().forEach(oid -> order.add(oid.toString()));
    order.addAll(archives.keySet());
    order.remove(WAL);
    // servers send it last
    order.remove(BASE);
    order.add(BASE);
    return order.stream().map(BackupPart::ofArchive).toList();
  }

  @Override
  public BackupMembers open(BackupPart part, SideFiles sideFiles) throws IOException {
    String archive = part.archive();
    return new TarMembers(
        folder.resolve(archive + ".tar").toString(),
        archive.equals(BASE) ? "" : "pg_tblspc/" + archive + "/",
        open(archive),
        sideFiles);
  }
}
