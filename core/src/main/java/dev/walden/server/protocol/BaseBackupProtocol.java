package dev.walden.server.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** How a server sends the archives and the manifest of a base backup, one after another. */
interface BaseBackupProtocol {
  /**
   * Goes to the next archive, over the rest of the present one: the OID of its tablespace, 0 for
   * the data directory; empty once the archives are over.
   */
  Optional<Long> nextArchive() throws IOException;

  /** Goes from the end of the archives to the manifest. */
  void toManifest() throws IOException;

  /** Goes to the next piece of the present archive or manifest; false at its end. */
  boolean nextPiece() throws IOException;

  /** The present piece, in place: valid until the next one is asked for. */
  ByteBuffer piece();

  /** Goes over whatever is left, to the end of all copies. */
  void finish() throws IOException;
}
