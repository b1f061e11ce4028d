package dev.walden.server.receive.spool;

import dev.walden.storage.ObjectSource;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A WAL segment that is being received, from its first byte on. It belongs to one thread at a time:
 * the receiving one until it is complete, then the one that archives it. Only {@link #copy} may be
 * called by others, at any time.
 */
public sealed interface OpenSegment extends Closeable permits BufferedSegment, SpooledSegment {
  WalSegment segment();

  /** How many bytes it has. */
  int length();

  /** Appends all that remains in {@code data}, which must fit. */
  void append(ByteBuffer data) throws IOException;

  /**
   * A copy of bytes that were appended before, and that the caller has been told of by the thread
   * to which this belongs; it must not have truncated them since.
   *
   * @return empty if this was closed or discarded meanwhile: its memory, or its file's name, may
   *     already be another segment's
   */
  Optional<byte[]> copy(int from, int to) throws IOException;

  /** Forgets what was appended after a length. */
  void truncate(int shorter) throws IOException;

  /** Makes what was appended survive a crash of the machine, if it is the kind that can. */
  void force() throws IOException;

  /** Makes all of it survive a crash as a complete segment, if it is the kind that can. */
  void complete() throws IOException;

  /**
   * Its bytes, followed by what a crash or an earlier stream left beyond them, and zeros up to the
   * segment's size.
   */
  ObjectSource padded() throws IOException;

  /** Forgets it after it was archived: a spooled one is deleted. */
  void discard() throws IOException;

  /** Releases it and keeps what is on disk. */
  @Override
  void close() throws IOException;

  /** The position after the last byte. */
  default Lsn end() {
    return segment().start().plus(length());
  }

  default boolean isComplete() {
    return length() == segment().size().bytes();
  }
}
