package dev.walden.recovery.restore;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.TablespaceMap;
import dev.walden.backup.TarMember;
import dev.walden.files.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes the members of a backup's parts, from several threads. Three files are not written but
 * held: those that decide whether and how a server starts.
 */
final class BackupUnpacker {
  static final String CONTROL_FILE = "global/pg_control";
  private static final Set<String> HELD =
      Set.of(CONTROL_FILE, BackupLabel.FILE_NAME, TablespaceMap.FILE_NAME);
  private static final int MAX_HELD = TablespaceMap.MAX_CONTENT;
  private static final int BUFFER = 1 << 18;

  private final RestorePaths paths;
  private final RestoreProgress progress;
  private final long total;
  private final Map<String, byte[]> held = new ConcurrentHashMap<>();
  private final Set<Path> directories = ConcurrentHashMap.newKeySet();
  private final AtomicLong files = new AtomicLong();
  private long bytes;
  private volatile int mode = 0600;

  BackupUnpacker(RestorePaths paths, RestoreProgress progress, long total) {
    this.paths = paths;
    this.progress = progress;
    this.total = total;
    directories.addAll(paths.roots());
  }

  /**
   * Takes one member.
   *
   * @return the file that was written, if one was; it is not durable yet
   */
  Optional<Path> take(String part, TarMember member, InputStream content) throws IOException {
    if (member.kind() == TarMember.Kind.DIRECTORY) {
      Path directory = paths.of(part, member.path());
      createDirectories(directory);
      RestoredFiles.setMode(directory, RestoredFiles.directoryMode(member.mode()));
      return Optional.empty();
    }
    if (member.path().equals(DirectoryClaim.MARKER)) {
      // of a restore that was killed when all but this was done: its server was backed up
      return Optional.empty();
    }
    files.incrementAndGet();
    if (HELD.contains(member.path())) {
      hold(part, member, content);
      return Optional.empty();
    }
    if (member.path().equals("PG_VERSION")) {
      mode = member.mode();
    }
    return Optional.of(write(part, member, content));
  }

  private void hold(String part, TarMember member, InputStream content) throws IOException {
    byte[] bytesHeld = content.readNBytes(MAX_HELD + 1);
    if (bytesHeld.length > MAX_HELD || held.putIfAbsent(member.path(), bytesHeld) != null) {
      throw new CorruptFileException(
          part, "holds \"" + member.path() + "\" for the second time, or too large");
    }
    count(bytesHeld.length);
  }

  private Path write(String part, TarMember member, InputStream content) throws IOException {
    Path file = paths.of(part, member.path());
    if (paths.roots().contains(file)) {
      throw new CorruptFileException(
          part, "holds \"" + member.path() + "\" as a file, which is a directory");
    }
    createDirectoryOf(file);
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[(int) Math.max(1, Math.min(BUFFER, member.size()))];
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        out.write(buffer, 0, n);
        count(n);
      }
    } catch (FileAlreadyExistsException e) {
      throw new CorruptFileException(
          part,
          CorruptFileException.NO_OFFSET,
          "holds \"" + member.path() + "\", which is there already",
          e);
    }
    RestoredFiles.setMode(file, RestoredFiles.fileMode(member.mode()));
    return file;
  }

  private synchronized void count(int more) {
    bytes += more;
    progress.restored(bytes, Math.max(bytes, total));
  }

  private void createDirectoryOf(Path file) throws IOException {
    createDirectories(Objects.requireNonNull(file.getParent(), "not below a root"));
  }

  /** Creates a directory with the mode of a data directory, as those above it that are missing. */
  void createDirectories(Path directory) throws IOException {
    if (directories.contains(directory)) {
      return;
    }
    createDirectoryOf(directory);
    try {
      Files.createDirectory(directory);
      RestoredFiles.setMode(directory, RestoredFiles.directoryMode(mode));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    directories.add(directory);
  }

  /** Makes the names in all directories durable. */
  void forceDirectories() throws IOException {
    for (Path directory : directories) {
      DurableFiles.forceDirectory(directory);
    }
  }

  /** A file that was not written. */
  Optional<byte[]> held(String name) {
    return Optional.ofNullable(held.get(name));
  }

  /** The mode of the files of this cluster, which its server decided. */
  int mode() {
    return mode;
  }

  long files() {
    return files.get();
  }

  synchronized long bytes() {
    return bytes;
  }
}
