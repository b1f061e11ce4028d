package dev.walden.archive.fs;

import java.io.IOException;
import java.nio.file.Path;

/** Gives a draft its name, if nothing has that name: a single step that happens or does not. */
interface Publication {
  /**
   * Publishes a draft.
   *
   * @return false if the name is taken
   */
  boolean publish(Path draft, Path target) throws IOException;
}
