package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.journey.ArchivedCluster;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A logical subscriber is restored while its source is down. Only one of the two can hold the
 * publisher's slot, and rows that one has confirmed never reach the other.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestoredSubscriberIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String ROWS = "SELECT string_agg(i::text, ',' ORDER BY i) FROM t";

  @TempDir Path folder;

  private PostgresServer.Builder server(int major, String name) throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(major), folder.resolve(name))
        .segmentSize(WalSegmentSize.ofMegabytes(1))
        .setting("wal_level", "logical");
  }

  private interface Restored {
    void judge(PostgresServer publisher, PostgresServer source, PostgresServer restored)
        throws Exception;
  }

  private void restored(int major, boolean replacing, Restored judge) throws Exception {
    Path target = folder.resolve("restored");
    try (PostgresServer publisher = server(major, "publisher").create();
        ArchivedCluster source =
            new ArchivedCluster(
                server(major, "source").create(),
                folder.resolve("archive"),
                ArchiveSettings.defaults())) {
      publisher.execute("CREATE TABLE t (i int PRIMARY KEY)", "CREATE PUBLICATION p FOR TABLE t");
      source
          .server()
          .execute(
              "CREATE TABLE t (i int PRIMARY KEY)",
              "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 user=postgres dbname=postgres port="
                  + publisher.port()
                  + "' PUBLICATION p");
      publisher.execute("INSERT INTO t VALUES (1)");
      awaitRows("1", source.server());
      source.backup();
      source.archiveWal();
      Restore restore =
          Restore.of(RecoveryPlanner.of(source.archive()).plan(RecoveryTarget.latest()))
              .from(source.archive())
              .into(target);
      (replacing ? restore.replaceSource() : restore).run();
      source.server().stop();
      publisher.execute("INSERT INTO t VALUES (2)");
      try (PostgresServer server =
          PostgresServer.startExisting(PostgresBinaries.of(major), target)) {
        server.awaitPromotion(LIMIT);
        judge.judge(publisher, source.server(), server);
      }
    }
  }

  private static void awaitRows(String expected, PostgresServer server) throws Exception {
    long start = System.nanoTime();
    while (!server.query(ROWS).equals(expected)) {
      assertTrue(System.nanoTime() - start < LIMIT.toNanos(), server.log());
      Thread.sleep(20);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 17, 18})
  void aCopyLeavesTheSlotOfItsSourceAlone(int major) throws Exception {
    restored(
        major,
        false,
        (publisher, source, copy) -> {
          source.start();
          awaitRows("1,2", source);
          assertEquals("1", copy.query(ROWS));
          assertEquals("1", publisher.query("SELECT count(*) FROM pg_stat_replication"));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aReplacementContinuesWhereItsSourceWas(int major) throws Exception {
    restored(major, true, (publisher, source, replacement) -> awaitRows("1,2", replacement));
  }
}
