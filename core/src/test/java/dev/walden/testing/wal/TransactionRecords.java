package dev.walden.testing.wal;

import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.record.RelFileLocator;
import dev.walden.wal.record.ResourceManager;
import dev.walden.wal.record.TransactionBody.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Records of the resource manager Transaction.
 *
 * <p>Source: {@code src/include/access/xact.h}, {@code XactLogCommitRecord} in {@code
 * src/backend/access/transam/xact.c}; {@code StartPrepare} in {@code
 * src/backend/access/transam/twophase.c}.
 */
final class TransactionRecords {
  private static final int PREPARE = 0x10;
  private static final int HAS_INFO = 0x80;
  private static final int SPECIAL_REL_UPDATE = 0x01;
  private static final int[] OPERATIONS = {0x00, 0x20, 0x30, 0x40};

  private static final int HAS_DATABASE = 0x001;
  private static final int HAS_SUBTRANSACTIONS = 0x002;
  private static final int HAS_FILES = 0x004;
  private static final int HAS_TWOPHASE = 0x010;
  private static final int HAS_GID = 0x080;
  private static final int HAS_STATISTICS = 0x100;

  private static final int TWOPHASE_MAGIC = 0x57F94534;
  private static final int MAX_GID = 199;
  private static final int SUPERUSER = 10;
  private static final int RELATION_STATISTICS = 2;

  private final ClusterState state;

  TransactionRecords(ClusterState state) {
    this.state = state;
  }

  RecordDraft end(Outcome outcome, long xid, Instant time, TransactionParts parts) {
    return end(outcome, 0, "", time, parts).by(state.used(xid));
  }

  RecordDraft endPrepared(Outcome outcome, long xid, Instant time) {
    PreparedTransaction ended = state.prepared().remove(state.used(xid));
    if (ended == null) {
      throw new IllegalStateException("transaction " + xid + " is not prepared");
    }
    return end(outcome, state.used(xid), ended.gid(), time, ended.parts());
  }

  private RecordDraft end(
      Outcome outcome, long prepared, String gid, Instant time, TransactionParts parts) {
    parts.subtransactions().forEach(state::used);
    boolean named = prepared != 0 && state.settings().walLevel() == WalLevel.LOGICAL;
    int info =
        (parts.database() == 0 ? 0 : HAS_DATABASE)
            | (parts.subtransactions().isEmpty() ? 0 : HAS_SUBTRANSACTIONS)
            | (parts.droppedFiles().isEmpty() ? 0 : HAS_FILES)
            | (statistics(parts).isEmpty() ? 0 : HAS_STATISTICS)
            | (prepared == 0 ? 0 : HAS_TWOPHASE)
            | (named ? HAS_GID | HAS_DATABASE : 0);
    Body body = new Body().timestamp(time);
    int operation = OPERATIONS[outcome.ordinal()];
    if (info == 0) {
      return RecordDraft.of(ResourceManager.TRANSACTION, operation, body);
    }
    body.u32(info);
    if ((info & HAS_DATABASE) != 0) {
      body.u32(parts.database()).u32(1663);
    }
    if ((info & HAS_SUBTRANSACTIONS) != 0) {
      body.u32(parts.subtransactions().size());
      parts.subtransactions().forEach(body::u32);
    }
    if ((info & HAS_FILES) != 0) {
      files(body.u32(parts.droppedFiles().size()), parts.droppedFiles());
    }
    if ((info & HAS_STATISTICS) != 0) {
      statistics(body.u32(statistics(parts).size()), statistics(parts));
    }
    if (prepared != 0) {
      body.u32(prepared);
    }
    if (named) {
      body.bytes(gid.getBytes(StandardCharsets.UTF_8)).u8(0);
    }
    int removes = (info & HAS_FILES) != 0 ? SPECIAL_REL_UPDATE : 0;
    return RecordDraft.of(ResourceManager.TRANSACTION, operation | HAS_INFO | removes, body);
  }

  RecordDraft prepare(long xid, String gid, Instant time, TransactionParts parts) {
    byte[] name = gid.getBytes(StandardCharsets.UTF_8);
    if (name.length > MAX_GID) {
      throw new IllegalArgumentException("gid exceeds " + MAX_GID + " bytes: " + gid);
    }
    long prepared = state.used(xid);
    if (state.prepared().putIfAbsent(prepared, new PreparedTransaction(gid, parts)) != null) {
      throw new IllegalStateException("transaction " + xid + " is already prepared");
    }
    parts.subtransactions().forEach(state::used);
    Body rest = new Body().bytes(name).u8(0).align();
    parts.subtransactions().forEach(rest::u32);
    files(rest.align(), parts.droppedFiles());
    statistics(rest.align(), statistics(parts));
    rest.align().zeros(8);
    // the server's file of a prepared transaction has a checksum after the record's content
    int length = header(prepared, 0, time, parts, name.length).length() + rest.length() + 4;
    Body body = header(prepared, length, time, parts, name.length).bytes(rest.toBytes());
    return RecordDraft.of(ResourceManager.TRANSACTION, PREPARE, body).by(prepared);
  }

  private Body header(long xid, int length, Instant time, TransactionParts parts, int gidLength) {
    Body body = new Body().u32(TWOPHASE_MAGIC).u32(length).u32(xid).u32(parts.database());
    body.timestamp(time).u32(SUPERUSER).u32(parts.subtransactions().size());
    body.u32(parts.droppedFiles().size()).u32(0);
    if (hasStatistics()) {
      body.u32(statistics(parts).size()).u32(0);
    }
    return body.u32(0).u16(0).u16(gidLength + 1).i64(0).i64(0);
  }

  private static void files(Body body, List<RelFileLocator> files) {
    files.forEach(f -> body.u32(f.tablespace()).u32(f.database()).u32(f.relation()));
  }

  private boolean hasStatistics() {
    return state.version().compareTo(PgVersion.PG_15) >= 0;
  }

  private List<RelFileLocator> statistics(TransactionParts parts) {
    return hasStatistics() ? parts.droppedStatistics() : List.of();
  }

  private void statistics(Body body, List<RelFileLocator> relations) {
    for (RelFileLocator relation : relations) {
      body.u32(RELATION_STATISTICS).u32(relation.database()).u32(relation.relation());
      if (state.version().compareTo(PgVersion.PG_18) >= 0) {
        body.u32(0);
      }
    }
  }
}
