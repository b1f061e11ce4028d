package dev.walden.testing.wal;

import dev.walden.wal.Lsn;
import dev.walden.wal.record.ResourceManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A record before it has a position.
 *
 * <p>Source: {@code src/include/access/xlogrecord.h}, {@code XLogRecordAssemble} in {@code
 * src/backend/access/transam/xloginsert.c}.
 *
 * @param info the operation, and flags
 * @param xid the transaction that writes it; 0 if none
 * @param data the main data
 * @param zeros how many bytes of zeros follow {@code data} and count as part of it
 */
record RecordDraft(ResourceManager manager, int info, long xid, byte[] data, int zeros) {
  static final int HEADER = 24;

  private static final int CRC_AT = 20;
  private static final int SHORT_DATA = 255;
  private static final int LONG_DATA = 254;
  private static final int MAX_SHORT = 255;
  private static final int MAX_LENGTH = 1020 << 20;
  private static final byte[] ZEROS = new byte[1 << 16];

  RecordDraft {
    if (length(data.length + (long) zeros) > MAX_LENGTH) {
      throw new IllegalArgumentException("a record exceeds " + MAX_LENGTH + " bytes");
    }
  }

  static RecordDraft of(ResourceManager manager, int info, Body data) {
    return new RecordDraft(manager, info, 0, data.toBytes(), 0);
  }

  RecordDraft by(long writer) {
    return new RecordDraft(manager, info, writer, data, zeros);
  }

  /** The length of the whole record. */
  int length() {
    return (int) length(data.length + (long) zeros);
  }

  /** The length of a record with {@code dataLength} bytes of data. */
  static long length(long dataLength) {
    int fragment = dataLength == 0 ? 0 : dataLength <= MAX_SHORT ? 2 : 5;
    return HEADER + fragment + dataLength;
  }

  /** All its bytes except {@link #zeros}. */
  byte[] bytes(Lsn previous) {
    int count = data.length + zeros;
    ByteBuffer out = ByteBuffer.allocate(length() - zeros).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(length()).putInt((int) xid).putLong(previous.value());
    out.put((byte) info).put((byte) manager.ordinal()).putShort((short) 0).putInt(0);
    if (count > MAX_SHORT) {
      out.put((byte) LONG_DATA).putInt(count);
    } else if (count > 0) {
      out.put((byte) SHORT_DATA).put((byte) count);
    }
    out.put(data);
    out.putInt(CRC_AT, crc(out.array()));
    return out.array();
  }

  /** Covers what follows the header, then the header without the checksum. */
  private int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER, bytes.length - HEADER);
    for (int left = zeros; left > 0; left -= ZEROS.length) {
      crc.update(ZEROS, 0, Math.min(left, ZEROS.length));
    }
    crc.update(bytes, 0, CRC_AT);
    return (int) crc.getValue();
  }
}
