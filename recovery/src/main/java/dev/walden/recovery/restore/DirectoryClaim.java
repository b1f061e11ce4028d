package dev.walden.recovery.restore;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Directories that were absent or empty and now belong to one restore. A marker file in each keeps
 * others out: of two restores at once exactly one creates it.
 */
final class DirectoryClaim {
  static final String MARKER = "walden.restore.lock";
  private static final String EXPLANATION =
      "A restore by Walden is running here, or did not finish. In the latter case the\n"
          + "directory is incomplete: empty it and restore again.\n";

  private final List<Path> claimed = new ArrayList<>();

  private DirectoryClaim() {}

  /**
   * Claims directories, and creates those that do not exist.
   *
   * @throws FileSystemException if one is not empty; none is changed then
   */
  static DirectoryClaim of(List<Path> directories) throws IOException {
    DirectoryClaim claim = new DirectoryClaim();
    try {
      for (Path directory : directories) {
        claim.claim(directory);
      }
      return claim;
    } catch (IOException | RuntimeException e) {
      claim.release();
      throw e;
    }
  }

  private void claim(Path directory) throws IOException {
    requireEmpty(directory);
    Files.createDirectories(directory);
    RestoredFiles.setMode(directory, RestoredFiles.directoryMode(0700));
    try {
      Files.writeString(
          directory.resolve(MARKER),
          EXPLANATION,
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw refused(directory, "another restore has just begun there");
    }
    claimed.add(directory);
    // another program may have written there between the two steps
    if (list(directory).size() != 1) {
      throw refused(directory, "files appeared there just now");
    }
  }

  /** Refuses a directory that a restore must not touch. */
  static void requireEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<String> names;
    try {
      names = list(directory);
    } catch (NotDirectoryException e) {
      throw refused(directory, "it is not a directory");
    }
    if (names.contains("postmaster.pid")) {
      throw refused(directory, "a server runs there, or crashed there (postmaster.pid)");
    }
    if (names.contains(MARKER)) {
      throw refused(
          directory,
          "another restore is running there, or did not finish ("
              + MARKER
              + "); in the latter case empty it first");
    }
    if (!names.isEmpty()) {
      throw refused(directory, "it is not empty (" + names.get(0) + ")");
    }
  }

  private static FileSystemException refused(Path directory, String why) {
    return new FileSystemException(
        directory.toString(), null, "nothing can be restored there: " + why);
  }

  private static List<String> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Removes the markers. */
  void release() throws IOException {
    for (Path directory : claimed) {
      Files.deleteIfExists(directory.resolve(MARKER));
    }
  }
}
