package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.s3.S3Storage;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.journey.TestPlace;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.FaultyWire;
import dev.walden.testing.FaultyWire.Fault;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** An object store that is away for a while ends neither a base backup nor a restore. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StorageOutageIT {
  /** The client makes a request five times, which takes less. */
  private static final Duration OUTAGE = Duration.ofSeconds(6);

  @TempDir Path folder;
  private final Outage outage = new Outage();
  private S3Proxy bucket;
  private FaultyWire wire;
  private S3Client client;
  private S3Storage storage;

  /** Begins with some request, and ends by itself. */
  private static final class Outage implements Function<String, Fault> {
    private final AtomicInteger refused = new AtomicInteger();
    private String trigger = "";
    private long end;

    synchronized void beginWith(String request) {
      trigger = request;
      refused.set(0);
    }

    @Override
    public synchronized Fault apply(String request) {
      if (!trigger.isEmpty() && request.matches(trigger)) {
        trigger = "";
        end = System.nanoTime() + OUTAGE.toNanos();
      }
      if (System.nanoTime() < end) {
        refused.incrementAndGet();
        return Fault.CUT_BEFORE;
      }
      return Fault.NONE;
    }
  }

  @BeforeEach
  void start() throws Exception {
    bucket = TestPlace.startBucket(folder.resolve("bucket"));
    wire = FaultyWire.to(bucket.getPort(), outage);
    client = TestPlace.client("http://127.0.0.1:" + wire.port());
    storage = S3Storage.in(client, TestPlace.BUCKET).open();
  }

  @AfterEach
  void stop() throws Exception {
    storage.close();
    client.close();
    wire.close();
    bucket.stop();
  }

  @Test
  void aBackupAndARestoreOutliveIt() throws Exception {
    ReceiverFixture fixture = ReceiverFixture.into(storage);
    Path data = folder.resolve("restored");
    try (PostgresServer server = ReceiverFixture.server(17, folder).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) i");
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
        BaseBackupTaker taker = BaseBackupTaker.of(ReceiverFixture.address(server), archive);
        outage.beginWith("(PUT|POST) .*/backup/.*");
        assertThrows(
            StorageUnavailableException.class, () -> taker.storagePatience(Duration.ZERO).take());
        var left = archive.patient(Duration.ofMinutes(1)).backups();
        assertEquals(0, left.usable().size() + left.unusable().size());

        outage.beginWith("(PUT|POST) .*/backup/.*");
        taker.take();
        assertTrue(outage.refused.get() > 5, "refused " + outage.refused);
      }
      RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.immediate());
      outage.beginWith("GET .*/backup/.*");
      Restore.of(plan).from(archive).into(data).run();
      assertTrue(outage.refused.get() > 5, "refused " + outage.refused);
    }
    try (PostgresServer restored = PostgresServer.startExisting(PostgresBinaries.of(17), data)) {
      restored.awaitPromotion(Duration.ofSeconds(60));
      assertEquals("1000", restored.query("SELECT count(*) FROM t"));
    }
  }
}
