package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.server.ServerAddress;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A receiver that cannot start leaves nothing behind. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WalReceiverStartTest {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(1), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17);

  @TempDir Path spool;
  private final List<Thread> threads = new ArrayList<>();

  private WalReceiver.Builder receiver() throws IOException {
    return WalReceiver.from(ServerAddress.of("jdbc:postgresql://127.0.0.1:1/?user=walden"))
        .into(ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), CLUSTER))
        .slot("walden")
        .listener(event -> {});
  }

  /** One thread receives, two archive, and one tells the listener. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void releasesTheSpoolIfAThreadCannotBeMade(int possible) throws Exception {
    WalReceiver.Builder builder = receiver().spool(spool).threads(task -> make(task, possible));
    assertThrows(IllegalStateException.class, builder::start);
    assertNoThreads();
    receiver().spool(spool).start().close();
  }

  @Test
  void leavesNoThreadsBehind() throws Exception {
    WalReceiver.Builder builder = receiver().tail().threads(task -> make(task, 5));
    assertThrows(IllegalStateException.class, builder::start);
    assertEquals(5, threads.size());
    assertNoThreads();
  }

  private Thread make(Runnable task, int possible) {
    if (threads.size() == possible) {
      throw new IllegalStateException("no more threads");
    }
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  private void assertNoThreads() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(20).toMillis());
      assertFalse(thread.isAlive(), thread::toString);
    }
  }
}
