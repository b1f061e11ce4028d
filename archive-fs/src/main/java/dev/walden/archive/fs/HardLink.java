package dev.walden.archive.fs;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Publishes by {@code link(2)}, which fails if the name is taken; or, on a file system that has no
 * hard links, in another way.
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

  /** Tells a file system without links, whose error codes differ, from every other failure. */
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
