package dev.walden.archive.fs;

import java.io.IOException;
import java.nio.file.Path;

/** Gives a draft its name, if the name is free, in one atomic step. */
interface Publication {
  /**
   * Publishes a draft.
   *
   * @return false if the name is taken
   */
  boolean publish(Path draft, Path target) throws IOException;
}
