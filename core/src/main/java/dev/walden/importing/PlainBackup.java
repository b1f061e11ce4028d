package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.WrongClusterException;
import dev.walden.archive.repacking.BackupRepacking;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.ManifestFile;
import dev.walden.backup.TablespaceMap;
import dev.walden.backup.TarMember;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A backup in plain format: a data directory, on which no server was started. */
record PlainBackup(Path folder) implements BackupFolder {
  private static final String WAL = "pg_wal";
  private static final String TABLESPACES = "pg_tblspc";

  @Override
  public ClusterIdentity identity() throws IOException {
    return ControlFile.read(folder).identity();
  }

  @Override
  public boolean hidesWal() {
    return false;
  }

  @Override
  public Path findWal(Path temporary) {
    return folder.resolve(WAL);
  }

  @Override
  public boolean repack(
      BackupRepacking into, ManifestOutline manifest, ClusterIdentity cluster, Path wal)
      throws IOException {
    if (!identity().equals(cluster)) {
      throw new WrongClusterException(folder + " is of " + identity() + ", expected " + cluster);
    }
    List<Path> links = tablespaceLinks();
    Directories directories = new Directories(into);
    directories.add(folder, "");
    for (Path link : links) {
      directories.add(link.toRealPath(), TABLESPACES + "/" + link.getFileName() + "/");
    }
    if (directories.files != manifest.files()) {
      throw new CorruptFileException(
          folder.toString(),
          "has "
              + directories.files
              + " files besides WAL, but its manifest lists "
              + manifest.files()
              + ": was a server started on it?");
    }
    if (!links.isEmpty() && !Files.exists(folder.resolve(TablespaceMap.FILE_NAME))) {
      addTablespaceMap(into, links, manifest.labelTime());
    }
    try (BackupManifestReader reader =
        ManifestOutline.open(folder.resolve(BackupManifestReader.FILE_NAME))) {
      for (Optional<ManifestFile> next = reader.nextFile();
          next.isPresent();
          next = reader.nextFile()) {
        if (!next.get().path().toString().startsWith(WAL + "/")) {
          add(into, next.get());
        }
      }
    }
    return SIGNALS.stream().anyMatch(signal -> Files.exists(folder.resolve(signal)));
  }

  private void add(BackupRepacking into, ManifestFile file) throws IOException {
    String path = file.path().toString();
    Path found = folder.resolve(path);
    try (InputStream in = Files.newInputStream(found)) {
      into.addFile(
          new TarMember(
              path, TarMember.Kind.FILE, mode(found), Files.size(found), file.lastModified()),
          in,
          found.toString());
    } catch (NoSuchFileException e) {
      throw new CorruptFileException(
          found.toString(),
          CorruptFileException.NO_OFFSET,
          "is missing, though the manifest lists it",
          e);
    }
  }

  private List<Path> tablespaceLinks() throws IOException {
    try (Stream<Path> entries = Files.list(folder.resolve(TABLESPACES))) {
      return entries.filter(Files::isSymbolicLink).sorted().toList();
    }
  }

  /** In this format the links say what the map says in the others; a restore needs the map. */
  private static void addTablespaceMap(BackupRepacking into, List<Path> links, Instant time)
      throws IOException {
    List<TablespaceMap.Entry> entries = new ArrayList<>();
    for (Path link : links) {
      entries.add(
          new TablespaceMap.Entry(
              Long.parseLong(link.getFileName().toString()),
              Files.readSymbolicLink(link).toString()));
    }
    byte[] map = new TablespaceMap(entries).content();
    into.addUnlisted(
        new TarMember(TablespaceMap.FILE_NAME, TarMember.Kind.FILE, 0600, map.length, time),
        new ByteArrayInputStream(map),
        TablespaceMap.FILE_NAME);
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & 07777;
  }

  /** Adds directories, and counts the files in them that the manifest must list. */
  private static final class Directories {
    private final BackupRepacking into;
    private long files;

    Directories(BackupRepacking into) {
      this.into = into;
    }

    void add(Path root, String prefix) throws IOException {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
                throws IOException {
              if (!path.equals(root)) {
                addDirectory(path, attributes);
              }
              return FileVisitResult.CONTINUE;
            }

            private void addDirectory(Path path, BasicFileAttributes attributes)
                throws IOException {
              into.addDirectory(
                  new TarMember(
                      prefix + root.relativize(path),
                      TarMember.Kind.DIRECTORY,
                      mode(path),
                      0,
                      attributes.lastModifiedTime().toInstant()));
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
              String name = prefix + root.relativize(path);
              if (attributes.isRegularFile()) {
                files += isListed(name) ? 1 : 0;
              } else if (name.equals(WAL) && Files.isDirectory(path)) {
                // initdb and pg_basebackup can keep it elsewhere
                addDirectory(path, Files.readAttributes(path, BasicFileAttributes.class));
              } else if (!attributes.isSymbolicLink() || !name.startsWith(TABLESPACES + "/")) {
                throw new CorruptFileException(
                    path.toString(), "is neither a file nor a directory");
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }

    private static boolean isListed(String name) {
      return !name.startsWith(WAL + "/")
          && !name.equals(BackupManifestReader.FILE_NAME)
          && !name.equals(CHANGED_BY_PG_BASEBACKUP)
          && !SIGNALS.contains(name);
    }
  }
}
