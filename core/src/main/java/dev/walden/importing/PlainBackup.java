package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.ManifestFile;
import dev.walden.backup.TablespaceMap;
import dev.walden.backup.TarMember;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A backup in plain format: a data directory on which no server was started. */
record PlainBackup(Path folder) implements BackupFolder {
  /** The time of directories, so that they do not depend on the backup's location. */
  static final Instant NO_TIME = Instant.EPOCH;

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
    Path wal = folder.resolve(WAL);
    return Files.exists(wal) ? wal : temporary;
  }

  @Override
  public List<BackupPart> parts(ManifestOutline outline) throws IOException {
    long files = walk().files;
    if (files != outline.files()) {
      throw new CorruptFileException(
          folder.toString(),
          "has "
              + files
              + " files apart from WAL, but its manifest lists "
              + outline.files()
              + ": was a server started on it?");
    }
    List<BackupPart> parts = new ArrayList<>();
    long bytes = 0;
    long first = 0;
    long count = 0;
    try (BackupManifestReader reader =
        ManifestOutline.open(folder.resolve(BackupManifestReader.FILE_NAME))) {
      for (Optional<ManifestFile> next = reader.nextFile();
          next.isPresent();
          next = reader.nextFile()) {
        if (!isSideFile(next.get())) {
          if (bytes > 0 && bytes + next.get().size() > PART_SIZE) {
            parts.add(BackupPart.ofFiles(first, count));
            first += count;
            count = 0;
            bytes = 0;
          }
          count++;
          bytes += next.get().size();
        }
      }
    }
    parts.add(BackupPart.ofFiles(first, count));
    return parts;
  }

  @Override
  public BackupMembers open(BackupPart part, SideFiles sideFiles) throws IOException {
    if (part.first() > 0) {
      return new PlainMembers(folder, List.of(), Optional.empty(), part);
    }
    for (String signal : SIGNALS) {
      if (Files.exists(folder.resolve(signal))) {
        try (InputStream in = Files.newInputStream(folder.resolve(signal))) {
          sideFiles.take(signal, in);
        }
      }
    }
    return new PlainMembers(folder, walk().directories, madeTablespaceMap(), part);
  }

  static boolean isSideFile(ManifestFile file) {
    return BackupFolder.isSideFile(file.path().toString());
  }

  static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & 07777;
  }

  private List<Path> tablespaceLinks() throws IOException {
    if (!Files.exists(folder.resolve(TABLESPACES))) {
      // usually it is empty, and some copy tools lose empty directories
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder.resolve(TABLESPACES))) {
      return entries.filter(Files::isSymbolicLink).sorted().toList();
    }
  }

  /** Builds the map, which a restore needs, from the links that this format has instead. */
  private Optional<byte[]> madeTablespaceMap() throws IOException {
    List<Path> links = tablespaceLinks();
    if (links.isEmpty() || Files.exists(folder.resolve(TablespaceMap.FILE_NAME))) {
      return Optional.empty();
    }
    List<TablespaceMap.Entry> entries = new ArrayList<>();
    for (Path link : links) {
      entries.add(
          new TablespaceMap.Entry(
              Long.parseLong(link.getFileName().toString()),
              Files.readSymbolicLink(link).toString()));
    }
    return Optional.of(new TablespaceMap(entries).content());
  }

  private Contents walk() throws IOException {
    Contents contents = new Contents();
    contents.add(folder, "");
    for (Path link : tablespaceLinks()) {
      contents.add(link.toRealPath(), TABLESPACES + "/" + link.getFileName() + "/");
    }
    contents.directories.sort(Comparator.comparing(TarMember::path));
    return contents;
  }

  /** The directories, and the number of files in them that the manifest must list. */
  private static final class Contents {
    private final List<TarMember> directories = new ArrayList<>();
    private long files;

    void add(Path root, String prefix) throws IOException {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
                throws IOException {
              if (!path.equals(root)) {
                addDirectory(path);
              }
              return FileVisitResult.CONTINUE;
            }

            private void addDirectory(Path path) throws IOException {
              directories.add(
                  new TarMember(
                      prefix + root.relativize(path),
                      TarMember.Kind.DIRECTORY,
                      mode(path),
                      0,
                      NO_TIME));
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
              String name = prefix + root.relativize(path);
              if (attributes.isRegularFile()) {
                files += isListed(name) ? 1 : 0;
              } else if (name.equals(WAL) && Files.isDirectory(path)) {
                // initdb and pg_basebackup can place it elsewhere
                addDirectory(path);
              } else if (!attributes.isSymbolicLink() || !name.startsWith(TABLESPACES + "/")) {
                throw new CorruptFileException(
                    path.toString(), "is neither a file nor a directory");
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }

    private static boolean isListed(String name) {
      return !BackupFolder.isSideFile(name)
          && !name.equals(BackupManifestReader.FILE_NAME)
          && !name.equals(CHANGED_BY_PG_BASEBACKUP);
    }
  }
}
