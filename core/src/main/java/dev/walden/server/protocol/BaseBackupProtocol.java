package dev.walden.server.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** How a server sends the archives and the manifest of a base backup. */
interface BaseBackupProtocol {
  /**
   * Skips to the next archive. Returns the OID of its tablespace, 0 for the data directory; empty
   * after the last archive.
   */
  Optional<Long> nextArchive() throws IOException;

  /** Moves from the end of the archives to the manifest. */
  void toManifest() throws IOException;

  /** Moves to the next piece of the current archive or manifest; false at its end. */
  boolean nextPiece() throws IOException;

  /** The current piece, in place: valid until the next one. */
  ByteBuffer piece();

  /** Skips to the end of all COPY data. */
  void finish() throws IOException;
}
