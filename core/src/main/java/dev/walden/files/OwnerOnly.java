package dev.walden.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files and directories that only their owner can read and write, whatever the umask, as
 * PostgreSQL's are: WAL holds the data. Where a file system knows no such permissions, none are
 * set.
 */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> WRITE_BY_OTHERS =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private OwnerOnly() {}

  /** Opens a file, and takes it from others if they can read it. */
  public static FileChannel open(Path file, Set<? extends OpenOption> options) throws IOException {
    FileChannel channel = FileChannel.open(file, options, attributes(file, FILE));
    try {
      if (isPosix(file) && !Files.getPosixFilePermissions(file).equals(FILE)) {
        Files.setPosixFilePermissions(file, FILE);
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      try (channel) {
        throw e;
      }
    }
  }

  /** Creates a directory, and those above it that are missing. */
  public static void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, attributes(directory, DIRECTORY));
  }

  /**
   * Refuses a directory in which others can create or replace files.
   *
   * @throws IOException if it is one
   */
  public static void requireUnwritable(Path directory) throws IOException {
    if (isPosix(directory)) {
      Set<PosixFilePermission> others = EnumSet.copyOf(WRITE_BY_OTHERS);
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
      others.retainAll(permissions);
      if (!others.isEmpty()) {
        throw new IOException(
            directory
                + " can be written by others ("
                + PosixFilePermissions.toString(permissions)
                + "): whoever can replace files there can change what is archived. chmod 0700 it");
      }
    }
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
