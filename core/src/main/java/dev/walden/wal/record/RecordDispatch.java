package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;

/** How to treat a record, by its resource manager and operation. */
final class RecordDispatch {
  /** The version has no such resource manager. */
  static final int INVALID = 1;

  /** The record is wanted. */
  static final int WANTED = 2;

  /** The rest of its segment is unused. */
  static final int SWITCH = 4;

  private static final int INFO = 16;

  private final byte[] kinds = new byte[256 << 4];

  RecordDispatch(PgVersion version, RecordFilter interest) {
    for (int i = 0; i < kinds.length; i++) {
      int manager = i >>> 4;
      int operation = (i & 0xF) << 4;
      int kind = ResourceManager.isValid(manager, version) ? 0 : INVALID;
      if (manager == ResourceManager.XLOG.ordinal()) {
        kind |= operation == XlogBodyReader.SWITCH ? SWITCH : 0;
        kind |= operation == XlogBodyReader.OVERWRITE_CONTRECORD ? WANTED : 0;
      }
      kinds[i] = (byte) (interest.in(manager, operation) ? kind | WANTED : kind);
    }
  }

  /** Flags of the record whose header begins at {@code at}. */
  int of(byte[] bytes, int at) {
    // the flags byte, then the resource manager
    return kinds[LittleEndian.u16(bytes, at + INFO) >>> 4];
  }
}
