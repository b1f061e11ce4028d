package dev.walden.archive.fs;

import dev.walden.ArchiveConflictException;
import dev.walden.files.DurableFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Creates folders whose own entries survive a crash. It remembers which do, because another process
 * may have created an existing folder a moment ago without syncing it yet.
 */
final class DurableFolders {
  static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));
  static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
  private static final int MOST_REMEMBERED = 10_000;

  private final StorageRoot root;
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  DurableFolders(StorageRoot root) {
    this.root = root;
  }

  /** Creates a folder at or below the root, with its parents, and makes their entries durable. */
  void require(Path folder) throws IOException {
    if (folder.equals(root.path())
        || durable.contains(folder) && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    require(Objects.requireNonNull(folder.getParent(), "not at or below the root"));
    try {
      Files.createDirectory(folder, FOLDER_MODE);
    } catch (FileAlreadyExistsException e) {
      String name = root.path().relativize(folder).toString();
      var attributes = StorageRoot.attributes(folder);
      root.refuseLinks(name, attributes);
      if (!attributes.isDirectory()) {
        throw new ArchiveConflictException(
            name + " in " + root.path() + " is an object, so nothing can be stored below it");
      }
    }
    DurableFiles.forceName(folder);
    if (durable.size() >= MOST_REMEMBERED) {
      durable.clear();
    }
    durable.add(folder);
  }
}
