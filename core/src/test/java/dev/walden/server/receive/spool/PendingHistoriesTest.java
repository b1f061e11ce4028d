package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingHistoriesTest {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(
          new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_15);
  private static final TimelineId SECOND = new TimelineId(2);
  private static final byte[] HISTORY = bytes("1\t0/3000000\tbefore\n");

  @TempDir Path spool;

  private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
  private ArchiveStore archive;

  @BeforeEach
  void open() throws IOException {
    archive = ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), CLUSTER);
  }

  @AfterEach
  void close() throws IOException {
    archive.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Connecting again is a matter of the server then. */
  @Test
  void whatIsArchivedNeedsTheStorageNoMore() throws IOException {
    PendingHistories histories = new PendingHistories(archive, Optional.empty());
    histories.push(SECOND, HISTORY);
    storage.setUnavailable(true);
    histories.push(SECOND, HISTORY);
    assertTrue(histories.contains(SECOND));
    assertThrows(StorageUnavailableException.class, () -> histories.contains(new TimelineId(3)));
  }

  @Test
  void anotherHistoryOfTheSameTimelineIsAConflict() throws IOException {
    PendingHistories histories = new PendingHistories(archive, Optional.empty());
    histories.push(SECOND, HISTORY);
    byte[] other = bytes("1\t0/4000000\tbefore\n");
    assertThrows(ArchiveConflictException.class, () -> histories.push(SECOND, other));
  }

  /** As when the spool's disk is full: the receiver waits then, and does not end. */
  @Test
  void aSpoolThatCannotTakeItIsUnavailable() throws IOException {
    storage.setUnavailable(true);
    PendingHistories histories = new PendingHistories(archive, Optional.of(spool));
    Files.createDirectories(spool.resolve(".history-draft/in the way"));
    assertThrows(StorageUnavailableException.class, () -> histories.push(SECOND, HISTORY));
    assertFalse(Files.exists(spool.resolve("00000002.history")));
  }

  /** The pair of them waits in the spool, also for the next receiver. */
  @Test
  void waitsInTheSpoolForAStorageThatIsUnavailable() throws IOException {
    storage.setUnavailable(true);
    PendingHistories histories = new PendingHistories(archive, Optional.of(spool));
    histories.push(SECOND, HISTORY);
    assertTrue(histories.contains(SECOND));
    assertArrayEquals(HISTORY, Files.readAllBytes(spool.resolve("00000002.history")));
    storage.setUnavailable(false);
    assertFalse(archive.contains(new WalFileName.History(SECOND)));
    new PendingHistories(archive, Optional.of(spool)).settle();
    assertEquals(1, archive.histories().size());
    assertFalse(Files.exists(spool.resolve("00000002.history")));
  }
}
