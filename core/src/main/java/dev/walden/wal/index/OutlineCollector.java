package dev.walden.wal.index;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimestampTz;
import dev.walden.wal.record.FileBody;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.RecordVisitor;
import dev.walden.wal.record.ResourceManager;
import dev.walden.wal.record.TransactionBody;
import dev.walden.wal.record.TransactionBody.Outcome;
import dev.walden.wal.record.WalRecord;
import dev.walden.wal.record.XlogBody;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Collects the contents of an outline from the wanted records, in order. */
final class OutlineCollector implements RecordVisitor {
  private static final int TRANSACTION = ResourceManager.TRANSACTION.ordinal();
  private static final int COMMIT = 0x00;
  private static final int ABORT = 0x20;

  private final List<WalEvent> events = new ArrayList<>();
  private final List<UnresolvedRecord> unresolved = new ArrayList<>();
  private final TreeSet<Long> creators = new TreeSet<>();
  // in microseconds since 2000, as stored
  private long count;
  private long first;
  private long last;
  private long lowest = Long.MAX_VALUE;
  private long highest = Long.MIN_VALUE;
  private XidRange xids = XidRange.NONE;

  @Override
  public void record(WalRecord record) throws CorruptFileException {
    if (isPlainEnd(record)) {
      ended(record.mainDataLong(0));
      ended(record.xid(), List.of());
      return;
    }
    Optional<RecordBody> body = record.body();
    if (body.isEmpty()) {
      return;
    }
    if (body.get() instanceof TransactionBody.End end) {
      end(record, end);
    } else if (body.get() instanceof TransactionBody.Prepare prepare) {
      prepare(record, prepare);
    } else if (body.get() instanceof FileBody.Create) {
      creators.add(record.xid());
    } else if (body.get() instanceof FileBody.DropDatabase drop) {
      events.add(
          new WalEvent.DatabaseDropped(
              record.lsn(), record.endLsn(), record.xid(), drop.database(), drop.tablespaces()));
    } else if (body.get() instanceof FileBody.DropTablespace drop) {
      events.add(
          new WalEvent.TablespaceDropped(
              record.lsn(), record.endLsn(), record.xid(), drop.tablespace()));
    } else if (body.get() instanceof XlogBody xlog) {
      xlog(record, xlog);
    }
  }

  @Override
  public void missed(Lsn lsn, Lsn endLsn) {
    unresolved.add(new UnresolvedRecord(lsn, endLsn));
  }

  /** Whether it is a commit or abort with nothing but its time, as nearly all are. */
  private static boolean isPlainEnd(WalRecord record) {
    int info = record.info() & 0xF0;
    return record.resourceManagerId() == TRANSACTION
        && (info == COMMIT || info == ABORT)
        && record.mainDataLength() >= Long.BYTES;
  }

  private void ended(long time) {
    first = count == 0 ? time : first;
    last = time;
    lowest = Math.min(lowest, time);
    highest = Math.max(highest, time);
    count++;
  }

  private void end(WalRecord record, TransactionBody.End end) {
    Instant time = end.time();
    ended(TimestampTz.of(time));
    ended(end.xid(), end.subtransactions());
    if (end.outcome() == Outcome.COMMIT_PREPARED || end.outcome() == Outcome.ABORT_PREPARED) {
      events.add(
          new WalEvent.PreparedEnd(
              record.lsn(), record.endLsn(), end.xid(), time, end.outcome().isCommit()));
    }
    if (end.outcome().isCommit() && !end.droppedFiles().isEmpty()) {
      events.add(
          new WalEvent.FilesDropped(
                  record.lsn(),
                  record.endLsn(),
                  end.xid(),
                  time,
                  end.detail().database(),
                  end.subtransactions(),
                  end.droppedFiles(),
                  false)
              .replacedBy(creators));
    }
  }

  private void prepare(WalRecord record, TransactionBody.Prepare prepare) {
    ended(prepare.xid(), prepare.subtransactions());
    events.add(
        new WalEvent.Prepared(
            record.lsn(),
            record.endLsn(),
            prepare.xid(),
            prepare.time(),
            prepare.database(),
            prepare.gid()));
  }

  private void ended(long xid, List<Long> subtransactions) {
    add(xid);
    subtransactions.forEach(this::add);
  }

  private void add(long xid) {
    if (!xids.contains(xid)) {
      xids = xids.and(XidRange.of(xid));
    }
  }

  private void xlog(WalRecord record, XlogBody body) {
    Lsn lsn = record.lsn();
    Lsn end = record.endLsn();
    if (body instanceof XlogBody.Checkpoint c) {
      if (c.shutdown() && !c.timeline().equals(c.previousTimeline())) {
        events.add(
            new WalEvent.TimelineSwitch(
                lsn, end, c.timeline(), c.previousTimeline(), c.walLevel()));
      }
      events.add(
          new WalEvent.Checkpoint(
              lsn, end, c.shutdown(), c.redo(), c.timeline(), c.nextXid(), c.time(), c.walLevel()));
    } else if (body instanceof XlogBody.EndOfRecovery e) {
      events.add(
          new WalEvent.TimelineSwitch(lsn, end, e.timeline(), e.previousTimeline(), e.walLevel()));
    } else if (body instanceof XlogBody.RestorePoint point) {
      events.add(new WalEvent.RestorePoint(lsn, end, point.time(), point.name()));
    } else if (body instanceof XlogBody.BackupEnd backup) {
      events.add(new WalEvent.BackupEnd(lsn, end, backup.backupStart()));
    } else if (body instanceof XlogBody.ParameterChange change) {
      events.add(new WalEvent.ParameterChange(lsn, end, change));
    }
  }

  OutlineContents contents() {
    Optional<TransactionEnds.Times> times =
        count == 0
            ? Optional.empty()
            : Optional.of(
                new TransactionEnds.Times(
                    TimestampTz.instant(first),
                    TimestampTz.instant(last),
                    TimestampTz.instant(lowest),
                    TimestampTz.instant(highest)));
    return new OutlineContents(
        new TransactionEnds(count, times, xids),
        events,
        unresolved,
        List.copyOf(creators),
        Omissions.NONE);
  }
}
