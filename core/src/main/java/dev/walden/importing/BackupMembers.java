package dev.walden.importing;

import dev.walden.backup.TarMember;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The files and directories of a part of a backup, always in the same order. For use by one thread.
 */
interface BackupMembers extends Closeable {

  /** The next member; empty at the end. */
  Optional<TarMember> next() throws IOException;

  /** The bytes of the current file, valid until the next member; left open. */
  InputStream content() throws IOException;

  /** Whether the manifest lists the current file. */
  boolean isListed();

  /** Where the current file is from, for messages. */
  String source();
}
