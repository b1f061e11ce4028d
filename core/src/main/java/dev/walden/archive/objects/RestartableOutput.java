package dev.walden.archive.objects;

import java.io.IOException;
import java.io.OutputStream;

/** Where a file is written to, which may have to be written again from its start. */
public interface RestartableOutput {
  /** Discards what was written; the stream stays open when the file is finished. */
  OutputStream restart() throws IOException;
}
