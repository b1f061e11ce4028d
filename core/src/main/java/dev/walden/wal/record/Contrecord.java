package dev.walden.wal.record;

import dev.walden.wal.WalPageHeader;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What pages have of a record that began before them: its length and checksum, and no more of its
 * bytes than a {@link RecordFragment} keeps.
 */
final class Contrecord {
  /** What {@link #take} came to. */
  enum Step {
    /** The page ends before its part of the record does: no byte was taken. */
    SHORT,
    /** The record goes on, on the next page. */
    PAGE,
    /** The record ends on this page. */
    ENDS,
    /** The record never ends: this page overwrites its rest. */
    OVERWRITTEN,
    /** The page does not go on with the record. */
    STOP
  }

  private final long start;
  private final long remaining;
  private final CRC32C crc = new CRC32C();
  private byte[] kept = new byte[0];
  private long length;
  private long end;
  private InvalidWal problem;

  /**
   * Nothing yet of {@code remaining} bytes.
   *
   * @param start where the record begins, or else its rest; for messages
   */
  Contrecord(long start, long remaining) {
    this.start = start;
    this.remaining = remaining;
  }

  /** Takes what a checked page has of it, of which {@code count} bytes are there. */
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

  /** Where the record begins, or else its rest. */
  long start() {
    return start;
  }

  /** Where the next record can begin, once it ended or was overwritten. */
  long end() {
    return end;
  }

  /** How long it should be. */
  long remaining() {
    return remaining;
  }

  /** How many bytes there are of it. */
  long length() {
    return length;
  }

  /** Why a page does not go on with it. */
  InvalidWal problem() {
    return problem;
  }

  /** What there is of it. */
  RecordFragment fragment() {
    byte[] bytes =
        length <= RecordFragment.MAX_KEPT ? kept : Arrays.copyOf(kept, DecodedRecord.HEADER);
    return new RecordFragment(length, (int) crc.getValue(), bytes);
  }
}
