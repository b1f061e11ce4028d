package dev.walden.wal.index;

import java.util.Locale;

/**
 * Transaction IDs from a lowest to a highest, in the circular order of 32 bits. Ranges that
 * together exceed half the circle have no lowest: their union is {@link #ALL}.
 *
 * @param low unsigned 32 bits
 * @param count how many IDs are in it, including the lowest and the highest: at most half of all,
 *     or all
 */
public record XidRange(long low, long count) {
  /** No transaction ID. */
  public static final XidRange NONE = new XidRange(0, 0);

  /** Every transaction ID: nothing is known. */
  public static final XidRange ALL = new XidRange(0, 1L << 32);

  private static final long MASK = 0xFFFFFFFFL;
  private static final long HALF = 1L << 31;

  public XidRange {
    boolean whole = low == 0 && (count == 0 || count == 1L << 32);
    if (!whole && (low < 0 || low > MASK || count < 1 || count > HALF)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "not a range: %d transaction IDs from %d", count, low));
    }
  }

  /** The range of one ID, unsigned 32 bits. */
  public static XidRange of(long xid) {
    return new XidRange(xid, 1);
  }

  /** The highest ID in it; meaningless if it is empty. */
  public long high() {
    return low + count - 1 & MASK;
  }

  /** Whether it holds no ID. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** Whether an ID is in it; only its lower 32 bits matter. */
  public boolean contains(long xid) {
    return (xid - low & MASK) < count;
  }

  /** The smallest range that includes this and another one. */
  public XidRange and(XidRange other) {
    if (isEmpty() || other.count > HALF) {
      return other;
    }
    if (other.isEmpty() || count > HALF) {
      return this;
    }
    long offset = (int) (other.low - low);
    long from = Math.min(0, offset);
    long to = Math.max(count, offset + other.count);
    return to - from > HALF ? ALL : new XidRange(low + from & MASK, to - from);
  }

  /** {@code 728-731}. */
  @Override
  public String toString() {
    return isEmpty() ? "none" : equals(ALL) ? "all" : low + "-" + high();
  }
}
