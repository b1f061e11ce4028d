package dev.walden.importing;

import dev.walden.backup.TarMember;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The files and directories of a part of a backup, always in the same order. Used by one thread.
 */
interface BackupMembers extends Closeable {

  /** The next one; empty at the end. */
  Optional<TarMember> next() throws IOException;

  /** The bytes of the file that came last, until the next one does; left open. */
  InputStream content() throws IOException;

  /** Whether the manifest tells of the file that came last. */
  boolean isListed();

  /** Where the file that came last is from, for messages. */
  String source();
}
