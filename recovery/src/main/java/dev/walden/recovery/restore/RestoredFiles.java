package dev.walden.recovery.restore;

import dev.walden.files.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The files of a data directory: written durably, and with permissions that a server accepts. */
final class RestoredFiles {
  // src/include/common/file_perm.h: a data directory is the owner's, its group may read at most
  private static final int GROUP_READ = 0040;

  private RestoredFiles() {}

  /** The permissions of a file whose tar member had this mode: 0600 or 0640. */
  static Set<PosixFilePermission> fileMode(int mode) {
    return PosixFilePermissions.fromString((mode & GROUP_READ) == 0 ? "rw-------" : "rw-r-----");
  }

  /** The permissions of a directory whose tar member had this mode: 0700 or 0750. */
  static Set<PosixFilePermission> directoryMode(int mode) {
    return PosixFilePermissions.fromString((mode & GROUP_READ) == 0 ? "rwx------" : "rwxr-x---");
  }

  /** Sets the permissions where the file system has such. */
  static void setMode(Path file, Set<PosixFilePermission> mode) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      view.setPermissions(mode);
    }
  }

  /** Replaces a file by one of this content: after a crash it is the old or the new one, whole. */
  static void replace(Path file, byte[] content, Set<PosixFilePermission> mode) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".walden-tmp");
    DurableFiles.replace(file, draft, content, empty -> setMode(empty, mode));
  }
}
