package dev.walden.server;

import java.io.IOException;
import java.nio.file.Path;

/** Another receiver, in this or another process, uses the spool: each needs its own. */
public final class SpoolInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  public SpoolInUseException(Path directory) {
    super("the spool " + directory + " is in use by another receiver");
  }
}
