package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.ManifestFile;
import dev.walden.backup.TablespaceMap;
import dev.walden.backup.TarMember;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Directories first, then files in the order of the manifest. */
final class PlainMembers implements BackupMembers {
  private final Path folder;
  private final Iterator<TarMember> directories;
  private final BackupManifestReader manifest;
  private Optional<byte[]> tablespaceMap;
  private long left;
  private boolean listed;
  private String source = "";
  private InputStream content = InputStream.nullInputStream();

  /**
   * Starts before the first member.
   *
   * @param tablespaceMap the content of a map to add
   * @param part the range of files
   */
  PlainMembers(
      Path folder, List<TarMember> directories, Optional<byte[]> tablespaceMap, BackupPart part)
      throws IOException {
    this.folder = folder;
    this.directories = directories.iterator();
    this.tablespaceMap = tablespaceMap;
    this.left = part.count();
    this.manifest = ManifestOutline.open(folder.resolve(BackupManifestReader.FILE_NAME));
    try {
      for (long skipped = 0; skipped < part.first() && nextListed().isPresent(); skipped++) {
        // its file is not opened
      }
    } catch (IOException | RuntimeException e) {
      try (manifest) {
        throw e;
      }
    }
  }

  @Override
  public Optional<TarMember> next() throws IOException {
    content.close();
    content = InputStream.nullInputStream();
    listed = false;
    if (directories.hasNext()) {
      return Optional.of(directories.next());
    }
    if (tablespaceMap.isPresent()) {
      byte[] map = tablespaceMap.get();
      tablespaceMap = Optional.empty();
      source = TablespaceMap.FILE_NAME;
      content = new ByteArrayInputStream(map);
      return Optional.of(
          new TarMember(source, TarMember.Kind.FILE, 0600, map.length, PlainBackup.NO_TIME));
    }
    if (left == 0) {
      return Optional.empty();
    }
    left--;
    Optional<ManifestFile> file = nextListed();
    return file.isEmpty() ? Optional.empty() : Optional.of(member(file.get()));
  }

  /** Skips signals and the files beside the WAL, which the manifest may list too. */
  private Optional<ManifestFile> nextListed() throws IOException {
    Optional<ManifestFile> file = manifest.nextFile();
    while (file.isPresent() && PlainBackup.isSideFile(file.get())) {
      file = manifest.nextFile();
    }
    return file;
  }

  private TarMember member(ManifestFile file) throws IOException {
    Path found = folder.resolve(file.path().toString());
    source = found.toString();
    listed = true;
    try {
      content = Files.newInputStream(found);
      return new TarMember(
          file.path().toString(),
          TarMember.Kind.FILE,
          PlainBackup.mode(found),
          Files.size(found),
          file.lastModified());
    } catch (NoSuchFileException e) {
      throw new CorruptFileException(
          source, CorruptFileException.NO_OFFSET, "is missing, although the manifest lists it", e);
    }
  }

  @Override
  public InputStream content() {
    return content;
  }

  @Override
  public boolean isListed() {
    return listed;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public void close() throws IOException {
    try (manifest) {
      content.close();
    }
  }
}
