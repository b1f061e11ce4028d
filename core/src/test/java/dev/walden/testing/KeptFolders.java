package dev.walden.testing;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folders that are created once and kept for later runs. Any number of JVMs may request one
 * concurrently: each creates its own, and the first complete one is used.
 */
record KeptFolders(Path parent) {
  /** Creates the content of a folder. */
  interface Maker {
    void make(Path folder) throws IOException, InterruptedException;
  }

  /**
   * Below the temporary folder, writable only by this user, because programs are run from there.
   */
  static KeptFolders ofThisUser() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    Path parent = temporary.resolve("walden-postgres-" + System.getProperty("user.name"));
    try {
      Files.createDirectory(
          parent,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    } catch (FileAlreadyExistsException e) {
      requireOwn(parent);
    }
    return new KeptFolders(parent);
  }

  private static void requireOwn(Path parent) throws IOException {
    Path own = Files.createTempFile("walden", ".owner");
    try {
      if (!Files.getOwner(parent).equals(Files.getOwner(own)) || Files.isSymbolicLink(parent)) {
        throw new IOException(parent + " belongs to somebody else: remove it");
      }
    } finally {
      Files.delete(own);
    }
  }

  /** The folder with a name, which is created if absent. */
  Path get(String name, Maker maker) throws IOException, InterruptedException {
    Path kept = parent.resolve(name);
    if (!Files.isDirectory(kept)) {
      Path draft = Files.createTempDirectory(parent, "draft");
      try {
        maker.make(draft);
        publish(draft, kept);
      } finally {
        deleteTree(draft);
      }
    }
    return kept;
  }

  private static void publish(Path draft, Path kept) throws IOException {
    try {
      Files.move(draft, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(kept)) {
        throw e;
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
