package dev.walden.recovery.restore;

import dev.walden.ArchiveException;
import java.nio.file.Path;

/**
 * A restore failed after it had begun to write. What it wrote has no {@code pg_control}, so no
 * server can start on it. The cause says what failed; empty the directories and restore again.
 */
public final class RestoreIncompleteException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  RestoreIncompleteException(Path dataDirectory, Throwable cause) {
    super(
        "the restore into "
            + dataDirectory
            + " is incomplete, and without pg_control no server can start on it; empty it and its"
            + " tablespaces and restore again. It failed because: "
            + cause.getMessage(),
        cause);
  }
}
