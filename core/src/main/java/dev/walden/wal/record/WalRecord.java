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
 * The record that a {@link WalReader} stands on: its bytes have the right checksum, and its parts
 * fit its length. It does not tell its timeline: a page keeps the number it began with, and a
 * segment begins with a copy of its parent's. The object, and every buffer it gave out, is only
 * good until the reader's next call of {@link WalReader#next}; what the other methods return stays.
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

  /** Points to other bytes; {@link #decode} must follow. */
  void set(byte[] array, int offset, int count, PgVersion writtenBy) {
    bytes = array;
    at = offset;
    length = count;
    version = writtenBy;
  }

  /** Finds the parts; false if they do not fit, which {@link #problem} explains. */
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

  /** As {@link #endLsn}, without the rest of the segment that {@code SWITCH} skips. */
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

  /** Where the next one can begin: after alignment; after {@code SWITCH}, the segment's end. */
  public Lsn endLsn() {
    return new Lsn(end);
  }

  /** Where the record before this one begins; {@link Lsn#ZERO} in the first after pg_resetwal. */
  public Lsn previous() {
    return new Lsn(LittleEndian.i64(bytes, at + PREVIOUS));
  }

  /** The version of the server that wrote it. */
  public PgVersion version() {
    return version;
  }

  /** Bytes of the record, with its header. */
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

  /** The number of the resource manager; the only name that those of extensions have. */
  public int resourceManagerId() {
    return LittleEndian.u8(bytes, at + MANAGER);
  }

  /** What the resource manager did: the upper four bits of {@link #info}. */
  public int operation() {
    return info() & 0xF0;
  }

  /** What the resource manager did, as {@code pg_waldump} prints it: {@code HOT_UPDATE}. */
  public String operationName() {
    return resourceManager().operation(info(), version);
  }

  /** How many pages it refers to. */
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

  /** Bytes of all page images in it. */
  public long imageLength() {
    return parts.imageTotal();
  }

  /** The replication origin from which the change came. */
  public OptionalInt origin() {
    return parts.origin() < 0 ? OptionalInt.empty() : OptionalInt.of(parts.origin());
  }

  /** The top-level transaction of a subtransaction, where {@code wal_level=logical} says it. */
  public OptionalLong topXid() {
    return parts.topXid() < 0 ? OptionalLong.empty() : OptionalLong.of(parts.topXid());
  }

  /** Bytes that belong to no page. */
  public int mainDataLength() {
    return parts.mainLength();
  }

  /**
   * Eight of the bytes that belong to no page, as a little-endian number.
   *
   * @throws IndexOutOfBoundsException if they are not there
   */
  public long mainDataLong(int offset) {
    Objects.checkFromIndexSize(offset, Long.BYTES, parts.mainLength());
    return LittleEndian.i64(bytes, parts.mainAt() + offset);
  }

  /** The bytes that belong to no page: a read-only view, little-endian. */
  public ByteBuffer mainData() {
    return ByteBuffer.wrap(bytes, parts.mainAt(), parts.mainLength())
        .slice()
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * What the record says, for those kinds that recovery, or a search for lost data, must know.
   *
   * @return empty for every other kind
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
