package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The current record of a {@link WalReader}: its checksum is correct, and its parts fit its length.
 * Its timeline is unknown: a page keeps the timeline that it began with, and a segment begins with
 * a copy of its parent's. This object and its buffers are valid only until the next call of {@link
 * WalReader#next}; other returned values stay valid.
 *
 * <p>Source: {@code src/include/access/xlogrecord.h}.
 */
public final class WalRecord {
  private static final int XID = 4;
  private static final int PREVIOUS = 8;
  private static final int INFO = 16;
  private static final int MANAGER = 17;

  private final DecodedRecord parts = new DecodedRecord();
  private byte[] bytes = new byte[DecodedRecord.HEADER];
  private int at;
  private int length;
  private long start;
  private long bytesEnd;
  private long end;
  private PgVersion version = PgVersion.PG_18;

  WalRecord() {}

  /** Sets the bytes; {@link #decode} must follow. */
  void set(byte[] array, int offset, int count, PgVersion writtenBy) {
    bytes = array;
    at = offset;
    length = count;
    version = writtenBy;
  }

  /** Finds the parts; false if they do not fit, as {@link #problem} explains. */
  boolean decode() {
    return parts.parse(bytes, at, length, version);
  }

  String problem() {
    return parts.problem();
  }

  void place(long startLsn, long bytesEndLsn, long endLsn) {
    start = startLsn;
    bytesEnd = bytesEndLsn;
    end = endLsn;
  }

  /** Like {@link #endLsn}, but without the rest of the segment that {@code SWITCH} skips. */
  Lsn bytesEnd() {
    return new Lsn(bytesEnd);
  }

  boolean isA(ResourceManager manager, int operation) {
    return LittleEndian.u8(bytes, at + MANAGER) == manager.ordinal() && operation() == operation;
  }

  /** Where the record begins. */
  public Lsn lsn() {
    return new Lsn(start);
  }

  /** Where the next record can begin: after alignment; after {@code SWITCH}, the segment's end. */
  public Lsn endLsn() {
    return new Lsn(end);
  }

  /** The start of the record before this one; {@link Lsn#ZERO} in the first after pg_resetwal. */
  public Lsn previous() {
    return new Lsn(LittleEndian.i64(bytes, at + PREVIOUS));
  }

  /** The version of the server that wrote it. */
  public PgVersion version() {
    return version;
  }

  /** The record's length in bytes, including its header. */
  public int totalLength() {
    return length;
  }

  /** The transaction that wrote it, unsigned 32 bits; 0 if none did. */
  public long xid() {
    return LittleEndian.u32(bytes, at + XID);
  }

  /** The flags byte: the operation in its upper half. */
  public int info() {
    return LittleEndian.u8(bytes, at + INFO);
  }

  public ResourceManager resourceManager() {
    return ResourceManager.of(resourceManagerId());
  }

  /** The id of the resource manager, the only name of an extension's. */
  public int resourceManagerId() {
    return LittleEndian.u8(bytes, at + MANAGER);
  }

  /** The operation: the upper four bits of {@link #info}. */
  public int operation() {
    return info() & 0xF0;
  }

  /** The operation, as {@code pg_waldump} prints it: {@code HOT_UPDATE}. */
  public String operationName() {
    return resourceManager().operation(info(), version);
  }

  /** The number of pages it refers to. */
  public int blockCount() {
    return parts.blocks();
  }

  /**
   * A page it refers to.
   *
   * @param index below {@link #blockCount}; not the block's id
   */
  public BlockReference block(int index) {
    return parts.block(index, bytes);
  }

  /** The total length of its page images, in bytes. */
  public long imageLength() {
    return parts.imageTotal();
  }

  /** The replication origin of the change. */
  public OptionalInt origin() {
    return parts.origin() < 0 ? OptionalInt.empty() : OptionalInt.of(parts.origin());
  }

  /** A subtransaction's top-level transaction, which {@code wal_level=logical} records. */
  public OptionalLong topXid() {
    return parts.topXid() < 0 ? OptionalLong.empty() : OptionalLong.of(parts.topXid());
  }

  /** The length of main data, the bytes that belong to no page. */
  public int mainDataLength() {
    return parts.mainLength();
  }

  /**
   * Eight bytes of main data, as a little-endian number.
   *
   * @throws IndexOutOfBoundsException if main data ends before
   */
  public long mainDataLong(int offset) {
    Objects.checkFromIndexSize(offset, Long.BYTES, parts.mainLength());
    return LittleEndian.i64(bytes, parts.mainAt() + offset);
  }

  /** The main data: a read-only view, little-endian. */
  public ByteBuffer mainData() {
    return ByteBuffer.wrap(bytes, parts.mainAt(), parts.mainLength())
        .slice()
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The decoded content, for the kinds of record that recovery or a search for lost data needs.
   *
   * @return empty for all other kinds
   * @throws CorruptFileException if the record has fewer bytes than its kind needs, or impossible
   *     values
   */
  public Optional<RecordBody> body() throws CorruptFileException {
    int first = parts.mainAt();
    return RecordBodies.decode(
        this, new RecordDataReader(lsn(), bytes, first, first + parts.mainLength()));
  }

  /** {@code 0/3000028 Transaction COMMIT, 34 bytes, xid 728}. */
  @Override
  public String toString() {
    return lsn()
        + " "
        + resourceManager()
        + " "
        + operationName()
        + ", "
        + length
        + " bytes, xid "
        + xid();
  }
}
