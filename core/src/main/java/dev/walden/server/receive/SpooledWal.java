package dev.walden.server.receive;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.archive.WalDifference;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.index.WalOutliner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a spool holds of a segment, as far as it was received: a crash may have left anything of the
 * rest. Of a file that is not complete, that are the whole records that begin in it.
 */
final class SpooledWal {
  private static final int BUFFER = 1 << 16;

  private final WalSegment segment;
  private final Optional<Path> file;
  private final boolean complete;
  private final Optional<Lsn> from;
  private final Optional<Lsn> end;

  SpooledWal(SegmentPool pool, WalSegment segment) throws IOException {
    this.segment = segment;
    this.complete = pool.complete().contains(segment);
    this.file =
        complete || pool.begun().contains(segment)
            ? pool.spool().map(spool -> spool.resolve(name(segment, complete)))
            : Optional.empty();
    Optional<WalOutline> records = complete || file.isEmpty() ? Optional.empty() : records();
    this.from = complete ? Optional.of(segment.start()) : records.flatMap(o -> o.firstRecordLsn());
    this.end = complete ? Optional.of(segment.end()) : records.flatMap(o -> o.lastRecordEndLsn());
  }

  private static String name(WalSegment segment, boolean complete) {
    return (complete ? segment.fileName() : new WalFileName.Partial(segment.fileName())).toString();
  }

  private Optional<WalOutline> records() throws IOException {
    try (InputStream in = Files.newInputStream(file.orElseThrow())) {
      return Optional.of(WalOutliner.outline(segment, in));
    } catch (CorruptFileException | UnsupportedFormatException | NoSuchFileException e) {
      // a crash left it so, or it was archived meanwhile
      return Optional.empty();
    }
  }

  /** Whether there is a file of it. */
  boolean isHeld() {
    return file.isPresent();
  }

  boolean isComplete() {
    return complete;
  }

  /** Up to where it was received; empty if nothing is known to be. */
  Optional<Lsn> end() {
    return from.isPresent() ? end : Optional.empty();
  }

  /**
   * Compares it with other bytes of the segment.
   *
   * @param beginning the segment's first bytes, or all
   */
  Optional<WalDifference> difference(ObjectSource beginning) throws IOException {
    if (end().isEmpty()) {
      return Optional.empty();
    }
    long skipped = from.orElseThrow().minus(segment.start());
    long length = Math.min(end.orElseThrow().minus(segment.start()), beginning.length());
    try (InputStream held = Files.newInputStream(file.orElseThrow());
        InputStream other = beginning.open()) {
      long at = mismatch(held, other, skipped, length);
      return at < 0
          ? Optional.empty()
          : Optional.of(new WalDifference(file.orElseThrow().toString(), segment.start().plus(at)));
    } catch (NoSuchFileException e) {
      // archived meanwhile; the next connection compares that
      return Optional.empty();
    }
  }

  /** The offset of the first byte that differs, from {@code skipped} on; -1 if none does. */
  private static long mismatch(InputStream held, InputStream other, long skipped, long length)
      throws IOException {
    byte[] left = new byte[BUFFER];
    byte[] right = new byte[BUFFER];
    for (long offset = 0; offset < length; offset += BUFFER) {
      int count = (int) Math.min(BUFFER, length - offset);
      int there = held.readNBytes(left, 0, count);
      other.readNBytes(right, 0, count);
      int from = (int) Math.max(0, Math.min(there, skipped - offset));
      int mismatch = Arrays.mismatch(left, from, there, right, from, there);
      if (mismatch >= 0) {
        return offset + from + mismatch;
      }
      if (there < count) {
        return -1;
      }
    }
    return -1;
  }
}
