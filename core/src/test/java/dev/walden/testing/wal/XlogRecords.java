package dev.walden.testing.wal;

import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.record.RelFileLocator;
import dev.walden.wal.record.ResourceManager;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Records about the WAL and the cluster as a whole.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h}, {@code src/include/access/xlog_internal.h},
 * {@code src/include/storage/standbydefs.h}, {@code src/include/commands/dbcommands_xlog.h}, {@code
 * src/include/catalog/storage_xlog.h}, {@code src/include/replication/message.h}.
 */
final class XlogRecords {
  private static final int MAX_NAME = 63;

  private final ClusterState state;

  XlogRecords(ClusterState state) {
    this.state = state;
  }

  private static RecordDraft xlog(int operation, Body body) {
    return RecordDraft.of(ResourceManager.XLOG, operation, body);
  }

  RecordDraft checkpoint(
      boolean shutdown, Lsn redo, TimelineId timeline, TimelineId previous, Instant time) {
    byte[] body = state.checkpoint(shutdown, redo, timeline, previous, time);
    return xlog(shutdown ? 0x00 : 0x10, new Body().bytes(body));
  }

  RecordDraft checkpointRedo() {
    return xlog(0xE0, walLevel(new Body()));
  }

  RecordDraft endOfRecovery(TimelineId timeline, TimelineId previous, Instant time) {
    Body body = new Body().timestamp(time).timeline(timeline).timeline(previous);
    return xlog(0x90, state.saysWalLevel() ? walLevel(body).align() : body);
  }

  private Body walLevel(Body body) {
    return body.u32(state.settings().walLevel().ordinal());
  }

  /** A NOOP of any length from 24 on. */
  static RecordDraft noop(int length) {
    for (int fragment : new int[] {0, 2, 5}) {
      int data = length - RecordDraft.HEADER - fragment;
      if (data >= 0 && RecordDraft.length(data) == length) {
        return new RecordDraft(ResourceManager.XLOG, 0x20, 0, new byte[0], data);
      }
    }
    // one more byte of data takes three more bytes to encode the length
    throw new IllegalArgumentException("impossible record length: " + length);
  }

  static RecordDraft switchSegment() {
    return xlog(0x40, new Body());
  }

  static RecordDraft backupEnd(Lsn redo) {
    return xlog(0x50, new Body().lsn(redo));
  }

  RecordDraft parameterChange() {
    Settings s = state.settings();
    Body body =
        new Body()
            .u32(s.maxConnections())
            .u32(s.maxWorkerProcesses())
            .u32(s.maxWalSenders())
            .u32(s.maxPreparedTransactions())
            .u32(s.maxLocksPerTransaction());
    return xlog(0x60, walLevel(body).flag(s.walLogHints()).flag(s.trackCommitTimestamp()).zeros(2));
  }

  static RecordDraft restorePoint(byte[] name, Instant time) {
    if (name.length > MAX_NAME) {
      throw new IllegalArgumentException(name.length + " bytes exceed " + MAX_NAME);
    }
    return xlog(0x70, new Body().timestamp(time).bytes(name).to(72));
  }

  /** What a standby must know about transactions; only prepared ones run. */
  RecordDraft runningTransactions() {
    List<Long> children =
        state.prepared().values().stream()
            .flatMap(prepared -> prepared.parts().subtransactions().stream())
            .toList();
    Body body = new Body().u32(state.prepared().size()).u32(children.size()).u32(0);
    body.u32(state.nextXid()).u32(state.oldestActive()).u32(latestCompleted(children));
    state.prepared().keySet().forEach(body::u32);
    children.forEach(body::u32);
    return RecordDraft.of(ResourceManager.STANDBY, 0x10, body);
  }

  private long latestCompleted(List<Long> children) {
    long xid = state.nextXid() - 1 & 0xFFFFFFFFL;
    while (state.prepared().containsKey(xid) || children.contains(xid)) {
      xid--;
    }
    return xid;
  }

  RecordDraft createFile(long xid, RelFileLocator file) {
    Body body = new Body().u32(file.tablespace()).u32(file.database()).u32(file.relation()).u32(0);
    return RecordDraft.of(ResourceManager.STORAGE, 0x11, body).by(state.used(xid));
  }

  RecordDraft dropDatabase(long xid, long database, List<Long> tablespaces) {
    Body body = new Body().u32(database).u32(tablespaces.size());
    tablespaces.forEach(body::u32);
    int drop = state.version() == PgVersion.PG_14 ? 0x11 : 0x21;
    return RecordDraft.of(ResourceManager.DATABASE, drop, body).by(state.used(xid));
  }

  /** A logical message outside of any transaction, whose content ends with zeros. */
  static RecordDraft message(String prefix, byte[] content, int zeros) {
    byte[] name = prefix.getBytes(StandardCharsets.UTF_8);
    Body body = new Body().u32(0).flag(false).align();
    body.i64(name.length + 1L).i64(content.length + (long) zeros);
    body.bytes(name).u8(0).bytes(content);
    return new RecordDraft(ResourceManager.LOGICAL_MESSAGE, 0x00, 0, body.toBytes(), zeros);
  }
}
