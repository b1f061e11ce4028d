package dev.walden.wal.record;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Some bytes of a record, without page headers. A short fragment keeps them all, a long one only
 * those that may hold the record's header. The checksum covers all.
 *
 * @param length how many bytes
 * @param checksum their CRC-32C
 * @param bytes all of them, or at least the first 24; not copied, must not be changed
 */
public record RecordFragment(long length, int checksum, byte[] bytes) {
  /** The longest fragment kept whole, in bytes. */
  public static final int MAX_KEPT = 4096;

  static final RecordFragment NONE = new RecordFragment(0, 0, new byte[0]);

  private static final int HEADER = DecodedRecord.HEADER;
  private static final int CRC_AT = 20;

  public RecordFragment {
    boolean whole = bytes.length == length && length <= MAX_KEPT;
    if (!whole && (bytes.length != HEADER || length < HEADER)) {
      throw new IllegalArgumentException(bytes.length + " bytes kept from a fragment of " + length);
    }
    if (whole && checksum != checksum(bytes, 0, bytes.length)) {
      throw new IllegalArgumentException(
          "a fragment of " + length + " bytes has an incorrect checksum");
    }
  }

  static int checksum(byte[] bytes, int at, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, count);
    return (int) crc.getValue();
  }

  /** Whether all of its bytes are kept. */
  public boolean isWhole() {
    return bytes.length == length;
  }

  boolean hasHeader() {
    return bytes.length >= HEADER;
  }

  /** This fragment joined with the next one. */
  RecordFragment followedBy(RecordFragment next) {
    long all = length + next.length;
    int joined = Crc32c.join(checksum, next.checksum, next.length);
    boolean keep = isWhole() && next.isWhole() && all <= MAX_KEPT;
    byte[] kept = Arrays.copyOf(bytes, (int) (keep ? all : Math.min(all, HEADER)));
    int own = Math.min(bytes.length, kept.length);
    System.arraycopy(next.bytes, 0, kept, own, kept.length - own);
    return new RecordFragment(all, joined, kept);
  }

  /** The same fragment, with only the header's bytes kept. */
  RecordFragment headerOnly() {
    return bytes.length > HEADER
        ? new RecordFragment(length, checksum, Arrays.copyOf(bytes, HEADER))
        : this;
  }

  /** Whether it begins a record of resource manager XLOG with this operation. */
  boolean isOf(int operation) {
    return LittleEndian.u8(bytes, 17) == ResourceManager.XLOG.ordinal()
        && (LittleEndian.u8(bytes, 16) & 0xF0) == operation;
  }

  /** Whether this is a whole record with the checksum that its header states. */
  boolean isValidRecord() {
    int rest = Crc32c.last(checksum(bytes, 0, HEADER), checksum, length - HEADER);
    int all = Crc32c.join(rest, checksum(bytes, 0, CRC_AT), CRC_AT);
    return all == LittleEndian.i32(bytes, CRC_AT);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordFragment that
        && length == that.length
        && checksum == that.checksum
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(length) + checksum;
  }

  /** {@code 4711 bytes, 24 kept}. */
  @Override
  public String toString() {
    return length + " bytes, " + bytes.length + " kept";
  }
}
