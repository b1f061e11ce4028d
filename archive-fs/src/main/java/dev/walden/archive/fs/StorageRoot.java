package dev.walden.archive.fs;

import dev.walden.StorageUnavailableException;
import dev.walden.files.DurableFiles;
import dev.walden.storage.ObjectNames;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * The folder of a storage. A marker file proves that it is present: the mount point of an unmounted
 * disk is an ordinary empty folder.
 */
record StorageRoot(Path path) {
  /** Begins with a dot, so that it cannot be an object's name. */
  static final String MARKER = ".walden-storage";

  static StorageRoot at(Path path) throws StorageUnavailableException {
    StorageRoot root = new StorageRoot(path.toAbsolutePath());
    root.verify();
    return root;
  }

  static StorageRoot createAt(Path path) throws IOException {
    StorageRoot root = new StorageRoot(path.toAbsolutePath());
    try {
      root.makeFolder();
      if (!root.isMarked()) {
        root.mark();
      }
      return root;
    } catch (IOException e) {
      throw root.unavailable("create a storage", e);
    }
  }

  private void makeFolder() throws IOException {
    try {
      Files.createDirectory(path, DurableFolders.FOLDER_MODE);
      DurableFiles.forceName(path);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path)) {
        throw e;
      }
    }
  }

  private void mark() throws IOException {
    if (looksUsed() && !isMarked()) {
      throw new FileSystemException(
          path.toString(),
          null,
          "it holds other files; if they are a copy of a storage, create an empty file "
              + MARKER
              + " beside them");
    }
    byte[] text = "Walden keeps objects in this folder.\n".getBytes(StandardCharsets.US_ASCII);
    try {
      Files.write(path.resolve(MARKER), text, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      // Another process is creating the same storage.
    }
    DurableFiles.forceDirectory(path);
  }

  private boolean looksUsed() throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        if (ObjectNames.isLegal(entry.getFileName().toString())) {
          return true;
        }
      }
      return false;
    }
  }

  private boolean isMarked() throws IOException {
    try {
      return attributes(path.resolve(MARKER)).isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Checks that the storage is present; otherwise nothing is known about its objects. */
  void verify() throws StorageUnavailableException {
    try {
      if (!isMarked()) {
        throw new StorageUnavailableException(
            "there is no storage at "
                + path
                + ", which lacks the file "
                + MARKER
                + ": mount its disk, or create it");
      }
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw unavailable("look", e);
    }
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  /** The folder that an object is in. */
  Path folder(String name) {
    return Objects.requireNonNull(resolve(name).getParent());
  }

  /**
   * What exists under a name: an object, a folder of objects, or nothing.
   *
   * @throws StorageUnavailableException if that is unknown, or there is a link or a device
   */
  Optional<BasicFileAttributes> look(String name) throws StorageUnavailableException {
    try {
      BasicFileAttributes found = null;
      for (int end = name.indexOf('/'); found == null; end = name.indexOf('/', end + 1)) {
        String part = end < 0 ? name : name.substring(0, end);
        BasicFileAttributes attributes = attributes(path.resolve(part));
        refuseLinks(part, attributes);
        if (end < 0) {
          found = attributes;
        } else if (attributes.isRegularFile()) {
          verify();
          return Optional.empty();
        }
      }
      return Optional.of(found);
    } catch (NoSuchFileException e) {
      verify();
      return Optional.empty();
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw unavailable("look for " + name, e);
    }
  }

  /** Rejects anything but objects and folders, so that no name leads out of the storage. */
  void refuseLinks(String name, BasicFileAttributes attributes) throws StorageUnavailableException {
    if (attributes.isSymbolicLink() || attributes.isOther()) {
      throw new StorageUnavailableException(
          path.resolve(name)
              + " is a "
              + (attributes.isSymbolicLink() ? "symbolic link" : "device, socket or pipe")
              + "; only folders and regular files are allowed");
    }
  }

  static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** The failure of an action, with the operating system's reason. */
  StorageUnavailableException unavailable(String action, Exception cause) {
    if (cause instanceof DirectoryIteratorException e) {
      return unavailable(action, e.getCause());
    }
    return new StorageUnavailableException(
        "cannot " + action + " in " + path + ": " + reason(cause), cause);
  }

  private static String reason(Exception cause) {
    if (cause instanceof ClosedByInterruptException) {
      return "interrupted";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied on " + cause.getMessage();
    }
    if (cause instanceof NoSuchFileException) {
      return "no such file or folder: " + cause.getMessage();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
