package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.journey.PromotedCluster.Durability;
import dev.walden.server.receive.WalReceiver;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A receiver where standbys are promoted, while it streams or is away; and whether a recovery from
 * what it archived has all that was written on the way to the last timeline.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PromotionsIT {
  private static final WalFileName SECOND = WalFileName.parse("00000002.history");

  @TempDir Path directory;

  private PromotedCluster cluster(Durability durability) throws Exception {
    return new PromotedCluster(durability, directory);
  }

  @ParameterizedTest
  @CsvSource({
    "SEGMENT, true",
    "SEGMENT, false",
    "SPOOL, true",
    "SPOOL, false",
    "TAIL, true",
    "TAIL, false"
  })
  void theStandbyItStreamsFromIsPromoted(Durability durability, boolean atABoundary)
      throws Exception {
    try (PromotedCluster cluster = cluster(durability)) {
      PostgresServer standby = cluster.standby();
      try (WalReceiver receiver = cluster.receiver(standby).start()) {
        cluster.write("first", 2);
        cluster.follow(receiver);
        assertEquals(atABoundary, cluster.promote(standby, atABoundary));
        cluster.write("second", 2);
        cluster.settle(receiver);
        assertEquals(2, receiver.status().timeline().orElseThrow().value());
      }
      cluster.assertRecovers("first", "second");
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void twoPromotionsWhileItIsAway(Durability durability) throws Exception {
    try (PromotedCluster cluster = cluster(durability)) {
      PostgresServer standby = cluster.standby();
      try (WalReceiver receiver = cluster.receiver(cluster.server()).start()) {
        cluster.write("first", 2);
        cluster.follow(receiver);
      }
      cluster.write("missed", 4);
      cluster.promote(standby, false);
      cluster.write("second", 4);
      cluster.promoteAgain();
      cluster.write("third", 4);
      List<String> stored = cluster.watchStorage();
      try (WalReceiver receiver = cluster.receiver(standby).start()) {
        cluster.settle(receiver);
        assertEquals(3, receiver.status().timeline().orElseThrow().value());
      }
      assertHistoriesFirst(stored);
      cluster.assertRecovers("first", "missed", "second", "third");
    }
  }

  /** Before a byte of a timeline, all histories that it takes to get there. */
  private static void assertHistoriesFirst(List<String> stored) {
    for (int timeline = 2; timeline <= 3; timeline++) {
      String directory = "/0000000" + timeline + "/";
      int bytes = first(stored, name -> name.contains(directory));
      for (int needed = 2; needed <= timeline; needed++) {
        String history = "0000000" + needed + ".history";
        assertTrue(first(stored, name -> name.endsWith(history)) < bytes, stored.toString());
      }
    }
  }

  private static int first(List<String> names, Predicate<String> wanted) {
    for (int i = 0; i < names.size(); i++) {
      if (wanted.test(names.get(i))) {
        return i;
      }
    }
    throw new AssertionError("not stored: " + names);
  }

  /** The archive, the spool or the pieces end just where the next timeline begins. */
  @ParameterizedTest
  @CsvSource({"SEGMENT, true", "SPOOL, true", "SPOOL, false", "TAIL, true", "TAIL, false"})
  void beginsAtASwitchPoint(Durability durability, boolean atABoundary) throws Exception {
    try (PromotedCluster cluster = cluster(durability)) {
      PostgresServer standby = cluster.standby();
      try (WalReceiver receiver = cluster.receiver(cluster.server()).start()) {
        cluster.write("first", 2);
        if (atABoundary) {
          cluster.server().execute("SELECT pg_switch_wal()");
        }
        cluster.settle(receiver);
        assertEquals(atABoundary, cluster.promote(standby, false));
      }
      try (WalReceiver receiver = cluster.receiver(standby).start()) {
        cluster.write("second", 2);
        cluster.settle(receiver);
      }
      cluster.assertRecovers("first", "second");
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void theOldPrimaryGotFurther(Durability durability) throws Exception {
    try (PromotedCluster cluster = cluster(durability)) {
      PostgresServer old = cluster.server();
      PostgresServer standby = cluster.standby();
      try (WalReceiver receiver = cluster.receiver(old).start()) {
        cluster.write("first", 2);
        cluster.settle(receiver);
        cluster.split(standby);
        cluster.write("beyond", 3);
        old.execute("SELECT pg_switch_wal()");
        cluster.settle(receiver);
      }
      cluster.turnTo(standby);
      try (WalReceiver receiver = cluster.receiver(standby).start()) {
        cluster.write("second", 2);
        cluster.settle(receiver);
        assertEquals(2, receiver.status().timeline().orElseThrow().value());
      }
      cluster.assertRecovers("first", "second");
      cluster.assertRecovers(RecoveryTargetTimeline.of(TimelineId.FIRST), "first", "beyond");
    }
  }

  /** File names are hexadecimal, numbers in SQL are not. */
  @ParameterizedTest
  @EnumSource(
      value = Durability.class,
      names = {"SPOOL", "TAIL"})
  void timelinesFromTenOn(Durability durability) throws Exception {
    try (PromotedCluster cluster = cluster(durability)) {
      List<String> written = new ArrayList<>(List.of("1"));
      try (WalReceiver receiver = cluster.receiver(cluster.server()).start()) {
        cluster.write("1", 0);
        for (int timeline = 2; timeline <= 12; timeline++) {
          cluster.promoteAgain();
          written.add("" + timeline);
          cluster.write("" + timeline, 0);
          if (timeline == 11) {
            // what is not acknowledged there may be archived with the next timeline only
            cluster.settle(receiver);
          }
        }
        cluster.settle(receiver);
        assertEquals(12, receiver.status().timeline().orElseThrow().value());
        assertTrue(cluster.archive().contains(WalFileName.parse("0000000A.history")));
        assertTrue(cluster.archive().contains(WalFileName.parse("0000000C.history")));
      }
      cluster.assertRecovers(written.toArray(String[]::new));
      if (durability == Durability.TAIL) {
        cluster.assertRecovers(
            RecoveryTargetTimeline.of(new TimelineId(11)),
            written.subList(0, 11).toArray(String[]::new));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Durability.class,
      names = {"SPOOL", "TAIL"})
  void nothingOfATimelineIsArchivedWithoutItsHistory(Durability durability) throws Exception {
    try (PromotedCluster cluster = cluster(durability)) {
      PostgresServer standby = cluster.standby();
      AtomicBoolean refuses = new AtomicBoolean(true);
      for (int i = 0; i < 1000; i++) {
        cluster
            .storage()
            .fail(
                Operation.PUT,
                name -> refuses.get() && name.endsWith(SECOND.toString()),
                Fault.BEFORE_EFFECT);
      }
      try (WalReceiver receiver = cluster.receiver(standby).start()) {
        cluster.write("first", 2);
        cluster.follow(receiver);
        cluster.promote(standby, false);
        cluster.write("second", 2);
        long tries = cluster.storage().faults();
        cluster.fixture().await(receiver, () -> cluster.storage().faults() >= tries + 3);
        assertFalse(cluster.holds(new TimelineId(2)));
        assertTrue(receiver.status().trouble().isPresent());
        refuses.set(false);
        cluster.settle(receiver);
      }
      cluster.assertRecovers("first", "second");
    }
  }

  @Test
  void anotherHistoryOfTheSameNameEndsIt() throws Exception {
    try (PromotedCluster cluster = cluster(Durability.TAIL)) {
      PostgresServer standby = cluster.standby();
      cluster.archive().push(SECOND, ObjectSource.of("1\t0/1234568\tanother branch\n".getBytes()));
      try (WalReceiver receiver = cluster.receiver(standby).start()) {
        cluster.write("first", 2);
        cluster.follow(receiver);
        cluster.promote(standby, false);
        cluster.write("second", 2);
        assertThrows(ArchiveConflictException.class, () -> receiver.await(PromotedCluster.LIMIT));
      }
      assertFalse(cluster.holds(new TimelineId(2)));
    }
  }
}
