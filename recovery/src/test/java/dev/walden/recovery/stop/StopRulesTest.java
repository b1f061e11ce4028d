package dev.walden.recovery.stop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.wal.Lsn;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.TransactionBody.Detail;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.TransactionBody.Outcome;
import dev.walden.wal.record.TransactionBody.Prepare;
import dev.walden.wal.record.XlogBody.BackupEnd;
import dev.walden.wal.record.XlogBody.RestorePoint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StopRulesTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final Detail NO_DETAIL =
      new Detail(0, 0, 0, 0, Optional.empty(), Optional.empty());

  private static ReplayedRecord record(long start, RecordBody body) {
    boolean transaction = body instanceof End || body instanceof Prepare;
    return new ReplayedRecord(
        new Lsn(start), new Lsn(start + 40), transaction, Optional.ofNullable(body));
  }

  private static ReplayedRecord end(long xid, Outcome outcome, Instant time) {
    return record(0x3000028, new End(outcome, xid, time, List.of(), List.of(), NO_DETAIL));
  }

  private static Optional<String> before(RecoveryTarget target, ReplayedRecord record) {
    return new StopRules(target).before(record, true).map(StopDecision::logged);
  }

  private static Optional<String> after(RecoveryTarget target, ReplayedRecord record) {
    return new StopRules(target).after(record, true).map(StopDecision::logged);
  }

  private static void assertNoStop(RecoveryTarget target, ReplayedRecord record) {
    assertEquals(Optional.empty(), before(target, record));
    assertEquals(Optional.empty(), after(target, record));
  }

  @Test
  void aTransactionIsTheOneOfTheSame32Bits() {
    ReplayedRecord commit = end(727, Outcome.COMMIT_PREPARED, NOON.plusNanos(120_000_000));
    String text = " commit of transaction 727, time 2026-11-22 12:00:00.12+00";
    assertEquals(
        Optional.of("recovery stopping after" + text),
        after(RecoveryTarget.transaction((1L << 32) + 727), commit));
    assertEquals(
        Optional.of("recovery stopping before" + text),
        before(RecoveryTarget.beforeTransaction(727), commit));
    assertNoStop(RecoveryTarget.transaction(726), commit);
    assertNoStop(RecoveryTarget.beforeTransaction(728), commit);
  }

  @Test
  void abortsCountAndPreparationsDoNot() {
    assertEquals(
        Optional.of("recovery stopping after abort of transaction 9, time 2026-11-22 12:00:00+00"),
        after(RecoveryTarget.transaction(9), end(9, Outcome.ABORT, NOON)));
    ReplayedRecord prepare =
        record(1, new Prepare(9, 1, NOON, "gid", List.of(), List.of(), List.of()));
    assertNoStop(RecoveryTarget.transaction(9), prepare);
    assertNoStop(RecoveryTarget.beforeTime(NOON.minusSeconds(9)), prepare);
  }

  @Test
  void aTimeIsInclusiveUpToTheMicrosecond() {
    ReplayedRecord commit = end(727, Outcome.COMMIT, NOON);
    assertNoStop(RecoveryTarget.time(NOON), commit);
    assertTrue(before(RecoveryTarget.time(NOON.minusNanos(1000)), commit).isPresent());
    assertTrue(before(RecoveryTarget.beforeTime(NOON), commit).isPresent());
    assertNoStop(RecoveryTarget.beforeTime(NOON.plusNanos(1000)), commit);
    assertNoStop(
        RecoveryTarget.beforeTime(NOON), record(1, new RestorePoint(NOON.plusSeconds(9), "x")));
  }

  @Test
  void aPositionIsTheFirstRecordThatStartsThere() {
    ReplayedRecord record = record(0x3000028, null);
    assertEquals(
        Optional.of("recovery stopping after WAL location (LSN) \"0/3000028\""),
        after(RecoveryTarget.lsn(new Lsn(0x3000021)), record));
    assertEquals(
        Optional.of("recovery stopping before WAL location (LSN) \"0/3000028\""),
        before(RecoveryTarget.beforeLsn(new Lsn(0x3000028)), record));
    assertNoStop(RecoveryTarget.lsn(new Lsn(0x3000029)), record);
    assertNoStop(RecoveryTarget.beforeLsn(new Lsn(0x3000029)), record);
    assertEquals(Optional.empty(), before(RecoveryTarget.lsn(new Lsn(0x3000028)), record));
  }

  @Test
  void aNameIsTheSameToTheLetter() {
    ReplayedRecord point = record(1, new RestorePoint(NOON, "Twice"));
    assertEquals(
        Optional.of("recovery stopping at restore point \"Twice\", time 2026-11-22 12:00:00+00"),
        after(RecoveryTarget.name("Twice"), point));
    assertNoStop(RecoveryTarget.name("twice"), point);
  }

  @Test
  void theEarliestStateIsLeftBeforeTheNextRecordUnlessATransactionEnds() {
    StopRules rules = new StopRules(RecoveryTarget.immediate());
    ReplayedRecord backupEnd = record(1, new BackupEnd(new Lsn(1)));
    assertFalse(rules.before(backupEnd, false).isPresent());
    assertFalse(rules.after(backupEnd, true).isPresent());
    assertTrue(rules.before(record(41, null), true).isPresent());
    assertTrue(rules.after(end(9, Outcome.COMMIT, NOON), true).isPresent());
  }

  @Test
  void theHistorySaysWhy() {
    ReplayedRecord commit = end(727, Outcome.COMMIT, NOON);
    assertEquals(
        "after transaction 727",
        new StopRules(RecoveryTarget.transaction(727)).after(commit, true).orElseThrow().reason());
    assertEquals(
        "before 2026-11-22 12:00:00+00\n",
        new StopRules(RecoveryTarget.beforeTime(NOON)).before(commit, true).orElseThrow().reason());
  }

  @Test
  void onlyTheEndOfWalNeedsNoStop() {
    assertFalse(new StopRules(RecoveryTarget.latest()).mustStop());
    assertTrue(new StopRules(RecoveryTarget.immediate()).mustStop());
  }
}
