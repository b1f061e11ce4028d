package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.record.FileBody;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.TransactionBody;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalRecord;
import dev.walden.wal.record.XlogBody;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The same as an outline, told by one pass of the record reader over all WAL at once. */
final class WholePass {
  private final Set<Long> creators = new HashSet<>();
  private final List<String> events = new ArrayList<>();
  private final List<Instant> times = new ArrayList<>();
  private final Set<Long> xids = new HashSet<>();
  private long count;
  private Lsn first;
  private Lsn last;
  private Lsn lastEnd;
  private WalEnd end;

  static WholePass of(WalReader reader) throws IOException {
    WholePass pass = new WholePass();
    while (reader.next()) {
      pass.look(reader.record());
    }
    pass.end = reader.end().orElseThrow();
    return pass;
  }

  private void look(WalRecord record) throws CorruptFileException {
    count++;
    first = first == null ? record.lsn() : first;
    last = record.lsn();
    lastEnd = record.endLsn();
    String place = record.lsn() + " " + record.endLsn() + " ";
    Optional<RecordBody> decoded = record.body();
    if (decoded.isEmpty()) {
      return;
    }
    RecordBody body = decoded.get();
    if (body instanceof TransactionBody.End e) {
      times.add(e.time());
      xids.add(e.xid());
      xids.addAll(e.subtransactions());
      if (e.outcome().name().endsWith("PREPARED")) {
        String how = e.outcome().isCommit() ? " committed at " : " rolled back at ";
        events.add(place + e.xid() + " prepared, " + how + e.time());
      }
      if (!e.droppedFiles().isEmpty() && e.outcome().isCommit()) {
        Set<Long> own = new HashSet<>(e.subtransactions());
        own.add(e.xid());
        own.retainAll(creators);
        String how = own.isEmpty() ? " dropped " : " replaced ";
        long database = e.detail().database();
        events.add(
            place + e.xid() + how + e.droppedFiles() + " at " + e.time() + " in " + database);
      }
    } else if (body instanceof TransactionBody.Prepare p) {
      xids.add(p.xid());
      xids.addAll(p.subtransactions());
      events.add(place + p.xid() + " prepared " + p.gid() + " at " + p.time());
    } else if (body instanceof FileBody.Create) {
      creators.add(record.xid());
    } else if (body instanceof FileBody.DropDatabase d) {
      events.add(place + record.xid() + " dropped database " + d.database() + d.tablespaces());
    } else if (body instanceof FileBody.DropTablespace d) {
      events.add(place + record.xid() + " dropped tablespace " + d.tablespace());
    } else if (body instanceof XlogBody.Checkpoint c) {
      if (!c.timeline().equals(c.previousTimeline())) {
        events.add(place + "timeline " + c.previousTimeline() + " to " + c.timeline());
      }
      events.add(
          place + "checkpoint " + c.shutdown() + c.redo() + " " + c.nextXid() + " " + c.time());
    } else if (body instanceof XlogBody.EndOfRecovery e) {
      events.add(place + "timeline " + e.previousTimeline() + " to " + e.timeline());
    } else if (body instanceof XlogBody.RestorePoint p) {
      events.add(place + p.name() + " at " + p.time());
    } else if (body instanceof XlogBody.BackupEnd b) {
      events.add(place + "backup from " + b.backupStart());
    } else if (body instanceof XlogBody.ParameterChange) {
      events.add(place + body);
    }
  }

  static String text(WalEvent event) {
    String place = event.lsn() + " " + event.endLsn() + " ";
    if (event instanceof WalEvent.FilesDropped e) {
      String how = e.replaced() ? " replaced " : " dropped ";
      return place + e.xid() + how + e.files() + " at " + e.time() + " in " + e.database();
    } else if (event instanceof WalEvent.Prepared e) {
      return place + e.xid() + " prepared " + e.gid() + " at " + e.time();
    } else if (event instanceof WalEvent.PreparedEnd e) {
      String how = e.committed() ? " committed at " : " rolled back at ";
      return place + e.xid() + " prepared, " + how + e.time();
    } else if (event instanceof WalEvent.DatabaseDropped e) {
      return place + e.xid() + " dropped database " + e.database() + e.tablespaces();
    } else if (event instanceof WalEvent.TablespaceDropped e) {
      return place + e.xid() + " dropped tablespace " + e.tablespace();
    } else if (event instanceof WalEvent.TimelineSwitch e) {
      return place + "timeline " + e.previousTimeline() + " to " + e.timeline();
    } else if (event instanceof WalEvent.Checkpoint e) {
      return place + "checkpoint " + e.shutdown() + e.redo() + " " + e.nextXid() + " " + e.time();
    } else if (event instanceof WalEvent.RestorePoint e) {
      return place + e.name() + " at " + e.time();
    } else if (event instanceof WalEvent.BackupEnd e) {
      return place + "backup from " + e.backupStart();
    }
    return place + ((WalEvent.ParameterChange) event).parameters();
  }

  List<String> events() {
    return events;
  }

  long count() {
    return count;
  }

  WalEnd end() {
    return end;
  }

  void assertTold(WalOutline outline) {
    assertEquals(events, outline.events().stream().map(WholePass::text).toList());
    assertEquals(count, outline.recordCount());
    assertEquals(Optional.ofNullable(first), outline.firstRecordLsn());
    assertEquals(Optional.ofNullable(last), outline.lastRecordLsn());
    assertEquals(Optional.ofNullable(lastEnd), outline.lastRecordEndLsn());
    TransactionEnds ends = outline.transactions();
    assertEquals(times.size(), ends.count());
    if (!times.isEmpty()) {
      assertEquals(
          new TransactionEnds.Times(
              times.get(0),
              times.get(times.size() - 1),
              times.stream().min(Instant::compareTo).orElseThrow(),
              times.stream().max(Instant::compareTo).orElseThrow()),
          ends.times().orElseThrow());
    }
    assertEquals(xids.isEmpty(), ends.xids().isEmpty());
    if (!xids.isEmpty()) {
      // far from the circle's end the order is that of numbers
      assertEquals(xids.stream().min(Long::compare).orElseThrow(), ends.xids().low());
      assertEquals(xids.stream().max(Long::compare).orElseThrow(), ends.xids().high());
    }
    assertTrue(outline.unresolved().isEmpty(), () -> outline.unresolved().toString());
  }
}
