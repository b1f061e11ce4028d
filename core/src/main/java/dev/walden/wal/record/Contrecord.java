package dev.walden.wal.record;

import dev.walden.wal.WalPageHeader;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The part of an earlier record on the pages so far: its length and checksum, and only those bytes
 * that a {@link RecordFragment} keeps.
 */
final class Contrecord {
  /** The outcome of {@link #take}. */
  enum Step {
    /** The page is incomplete: no byte was taken. */
    SHORT,
    /** The record continues on the next page. */
    PAGE,
    /** The record ends on this page. */
    ENDS,
    /** The record never completes: this page overwrites its rest. */
    OVERWRITTEN,
    /** The page does not continue the record. */
    STOP
  }

  private final long start;
  private final long remaining;
  private final CRC32C crc = new CRC32C();
  private byte[] kept = new byte[0];
  private long length;
  private long end;
  private @Nullable InvalidWal problem;

  /**
   * Expects {@code remaining} bytes.
   *
   * @param start where the record, or the known part of it, begins; for messages
   */
  Contrecord(long start, long remaining) {
    this.start = start;
    this.remaining = remaining;
  }

  /** Takes the record's part of a checked page, of which {@code count} bytes are available. */
  Step take(PageValidator page, byte[] bytes, int at, int count) {
    if (page.overwritesRecord()) {
      end = page.address();
      return Step.OVERWRITTEN;
    }
    int headerSize = page.headerSize();
    long left = remaining - length;
    problem = RecordRules.notContinued(page, left, start);
    if (problem != null) {
      return Step.STOP;
    }
    int here = (int) Math.min(left, WalPageHeader.PAGE_SIZE - headerSize);
    if (count - headerSize < here) {
      return Step.SHORT;
    }
    keep(bytes, at + headerSize, here);
    if (length < remaining) {
      return Step.PAGE;
    }
    end = page.address() + headerSize + WalReader.align(here);
    return Step.ENDS;
  }

  private void keep(byte[] bytes, int at, int count) {
    crc.update(bytes, at, count);
    int room = RecordFragment.MAX_KEPT - kept.length;
    if (room > 0) {
      int old = kept.length;
      kept = Arrays.copyOf(kept, old + Math.min(room, count));
      System.arraycopy(bytes, at, kept, old, kept.length - old);
    }
    length += count;
  }

  /** Where the record, or the known part of it, begins. */
  long start() {
    return start;
  }

  /** Where the next record can begin, once it ended or was overwritten. */
  long end() {
    return end;
  }

  /** Its expected length in bytes. */
  long remaining() {
    return remaining;
  }

  /** The number of bytes taken. */
  long length() {
    return length;
  }

  /** Why a page does not continue it. */
  @SuppressWarnings("NullAway") // called only after a refusal
  InvalidWal problem() {
    return problem;
  }

  /** The bytes taken. */
  RecordFragment fragment() {
    byte[] bytes =
        length <= RecordFragment.MAX_KEPT ? kept : Arrays.copyOf(kept, DecodedRecord.HEADER);
    return new RecordFragment(length, (int) crc.getValue(), bytes);
  }
}
