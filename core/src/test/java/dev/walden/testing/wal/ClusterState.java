package dev.walden.testing.wal;

import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The state of the cluster that checkpoints and other records contain.
 *
 * <p>Source: {@code CheckPoint} in {@code src/include/catalog/pg_control.h}.
 */
final class ClusterState {
  /** Bytes of a CheckPoint. */
  static final int CHECKPOINT = 88;

  private static final long FIRST_XID = 3;
  private static final long FIRST_OID = 16384;
  private static final Settings DEFAULTS =
      new Settings(WalLevel.REPLICA, false, 100, 8, 10, 0, 64, false);

  private final PgVersion version;
  private final byte[] checkpoint;
  private final NavigableMap<Long, PreparedTransaction> prepared = new TreeMap<>();
  private Settings settings;
  private long nextXid;

  /** Continues from a server's checkpoint. */
  ClusterState(PgVersion version, byte[] checkpoint, Settings settings) {
    this.version = version;
    this.checkpoint = checkpoint.clone();
    this.settings = settings;
    this.nextXid = ByteBuffer.wrap(checkpoint).order(ByteOrder.LITTLE_ENDIAN).getLong(24);
  }

  /** The state after initdb. */
  static ClusterState initial(PgVersion version) {
    Body checkpoint = new Body().zeros(16).flag(true).to(24).i64(FIRST_XID).u32(FIRST_OID);
    checkpoint.u32(1).u32(0).u32(FIRST_XID).u32(1).u32(1).u32(1).to(CHECKPOINT);
    return new ClusterState(version, checkpoint.toBytes(), DEFAULTS);
  }

  ClusterState copy() {
    ClusterState copy = new ClusterState(version, checkpoint, settings);
    copy.nextXid = nextXid;
    copy.prepared.putAll(prepared);
    return copy;
  }

  /** Avoids transaction IDs that another state has used. */
  ClusterState after(ClusterState other) {
    nextXid = Math.max(nextXid, other.nextXid);
    return this;
  }

  PgVersion version() {
    return version;
  }

  Settings settings() {
    return settings;
  }

  void settings(Settings changed) {
    settings = changed;
  }

  /** The prepared transactions, by the 32 bits of their xid. */
  NavigableMap<Long, PreparedTransaction> prepared() {
    return prepared;
  }

  /** The next transaction ID, with the epoch in its upper 32 bits. */
  long nextXid() {
    return nextXid;
  }

  /** Records the use of a transaction ID, of 64 bits or only the lower 32. */
  long used(long xid) {
    if (xid < 0 || (xid & 0xFFFFFFFFL) < FIRST_XID) {
      throw new IllegalArgumentException("not a transaction ID: " + xid);
    }
    long epoch = xid >>> 32 == 0 ? nextXid & 0xFFFFFFFF00000000L : 0;
    nextXid = Math.max(nextXid, (epoch | xid) + 1);
    return xid & 0xFFFFFFFFL;
  }

  /** The oldest transaction that has not ended, 32 bits. */
  long oldestActive() {
    return prepared.isEmpty() ? nextXid & 0xFFFFFFFFL : prepared.firstKey();
  }

  /** A CheckPoint. */
  byte[] checkpoint(
      boolean shutdown, Lsn redo, TimelineId timeline, TimelineId previous, Instant time) {
    byte[] bytes = checkpoint.clone();
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(0, redo.value());
    out.putInt(8, (int) timeline.value()).putInt(12, (int) previous.value());
    out.putInt(20, saysWalLevel() ? settings.walLevel().ordinal() : 0);
    out.putLong(24, nextXid);
    out.putLong(64, time.getEpochSecond());
    out.putInt(80, shutdown ? 0 : (int) oldestActive());
    return bytes;
  }

  boolean saysWalLevel() {
    return version.compareTo(PgVersion.PG_17) >= 0;
  }
}
