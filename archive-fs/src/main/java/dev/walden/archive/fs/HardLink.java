package dev.walden.archive.fs;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Publishes by {@code link(2)}, which fails if the name is taken; or in another way on a file
 * system without hard links.
 */
record HardLink(Publication otherwise) implements Publication {

  @Override
  public boolean publish(Path draft, Path target) throws IOException {
    try {
      Files.createLink(target, draft);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException | FileSystemException e) {
      if (canLink(draft)) {
        throw e;
      }
      return otherwise.publish(draft, target);
    }
  }

  /** Distinguishes a file system without links, whose error codes vary, from other failures. */
  private static boolean canLink(Path draft) {
    Path link = draft.resolveSibling(draft.getFileName() + "-link");
    try {
      Files.createLink(link, draft);
      Files.delete(link);
      return true;
    } catch (UnsupportedOperationException | IOException e) {
      return false;
    }
  }
}
