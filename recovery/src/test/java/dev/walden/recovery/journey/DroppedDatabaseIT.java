package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.PlanWarning;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.points.DroppedRelations;
import dev.walden.recovery.points.DroppedRelations.Kind;
import dev.walden.recovery.points.RecoverablePoints;
import dev.walden.recovery.restore.Restore;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real servers say when a dropped database can still be used. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DroppedDatabaseIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path folder;

  private PostgresServer source(int major) throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("source"))
        .segmentSize(WalSegmentSize.ofMegabytes(1))
        .setting("wal_compression", "on")
        .create();
  }

  private static RecoveryPlan plan(ArchivedCluster source, RecoveryTarget target) throws Exception {
    return RecoveryPlanner.of(source.archive()).plan(target);
  }

  private static List<String> drops(RecoveryPlan plan) {
    return plan.warnings().stream()
        .filter(warning -> warning.kind() == PlanWarning.Kind.UNFINISHED_DROP)
        .map(PlanWarning::text)
        .toList();
  }

  /** What a server says that is recovered to a target; empty if it lets us into the database. */
  private Optional<String> refusal(ArchivedCluster source, RecoveryTarget target) throws Exception {
    Path data = Files.createTempDirectory(folder, "restored").resolve("data");
    Restore.of(plan(source, target)).from(source.archive()).into(data).run();
    try (PostgresServer server = PostgresServer.startExisting(source.server().binaries(), data)) {
      server.awaitPromotion(LIMIT);
      try (Connection shop = server.connect("shop");
          var rows = shop.createStatement().executeQuery("SELECT count(*) FROM orders")) {
        assertTrue(rows.next());
        assertEquals(1000, rows.getInt(1));
        return Optional.empty();
      } catch (SQLException e) {
        return Optional.of(e.getMessage());
      }
    }
  }

  /** With an owner, whose removal is recorded before the database is marked. */
  private static void createShop(PostgresServer server) throws SQLException {
    server.execute(
        "CREATE ROLE keeper LOGIN",
        "CREATE DATABASE shop OWNER keeper",
        "COMMENT ON DATABASE shop IS 'orders'");
    try (Connection shop = server.connect("shop");
        var statement = shop.createStatement()) {
      statement.execute("CREATE TABLE orders AS SELECT generate_series(1, 1000) i");
    }
  }

  private static String oid(PostgresServer server) throws SQLException {
    return server.query("SELECT oid FROM pg_database WHERE datname = 'shop'");
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 16, 18})
  void aPlanWarnsFromTheMarkToTheCommit(int major) throws Exception {
    try (ArchivedCluster source =
        new ArchivedCluster(source(major), folder.resolve("archive"), ArchiveSettings.defaults())) {
      PostgresServer server = source.server();
      createShop(server);
      source.backup();
      server.execute("CREATE TABLE before (i int)");
      Instant from = Instant.now();
      String shop = oid(server);
      server.execute("DROP DATABASE shop");
      Lsn after = source.position();
      server.execute("CREATE TABLE last (i int)");
      source.archiveWal();

      List<DroppedRelations> drops =
          RecoverablePoints.of(source.archive()).drops(from, Instant.now()).points().stream()
              .filter(drop -> drop.kind() == Kind.DATABASE)
              .toList();
      assertEquals(1, drops.size(), drops.toString());
      DroppedRelations drop = drops.get(0);
      assertEquals(shop, Long.toString(drop.database()));
      assertEquals(List.of(), drops(plan(source, drop.target())));
      assertEquals(Optional.empty(), refusal(source, drop.target()), drop.explain());

      Lsn mark = drop.place().lsn();
      List<String> marked = drops(plan(source, RecoveryTarget.lsn(mark)));
      assertEquals(1, marked.size());
      assertTrue(marked.get(0).contains(drop.target().text()), marked.toString());
      assertTrue(refusal(source, RecoveryTarget.lsn(mark)).orElse("").contains("invalid database"));

      RecoveryTarget late = RecoveryTarget.beforeTransaction(drop.xid());
      List<String> gone = drops(plan(source, late));
      assertEquals(1, gone.size());
      assertTrue(gone.get(0).contains("files are gone"), gone.toString());
      assertTrue(gone.get(0).contains(drop.target().text()), gone.toString());

      for (RecoveryTarget finished :
          List.of(
              RecoveryTarget.transaction(drop.xid()),
              RecoveryTarget.lsn(after),
              RecoveryTarget.latest())) {
        assertEquals(List.of(), drops(plan(source, finished)), finished.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void whatLosesNoDatabaseIsNoDrop(int major) throws Exception {
    try (ArchivedCluster source =
        new ArchivedCluster(source(major), folder.resolve("archive"), ArchiveSettings.defaults())) {
      PostgresServer server = source.server();
      createShop(server);
      Path space = Files.createDirectory(folder.resolve("space"));
      server.execute("CREATE TABLESPACE space LOCATION '" + space + "'");
      source.backup();
      Instant from = Instant.now();
      server.execute(
          "ALTER DATABASE shop SET TABLESPACE space",
          "ALTER DATABASE shop SET TABLESPACE pg_default");
      Path shop = server.dataDirectory().resolve("base/" + oid(server));
      Path unreadable = Files.createFile(shop.resolve("unreadable"));
      Files.setPosixFilePermissions(unreadable, Set.of());
      String copied = major == 14 ? "" : " STRATEGY file_copy";
      assertThrows(
          SQLException.class, () -> server.execute("CREATE DATABASE other TEMPLATE shop" + copied));
      long last = Long.parseLong(server.query("SELECT txid_current()"));
      Lsn before = source.position();
      server.execute("DROP TABLESPACE space", "CREATE TABLE last (i int)");
      source.archiveWal();
      assertEquals(
          List.of(),
          RecoverablePoints.of(source.archive()).drops(from, Instant.now()).points().stream()
              .filter(drop -> drop.kind() == Kind.DATABASE)
              .toList());
      assertEquals(List.of(), drops(plan(source, RecoveryTarget.lsn(before))));
      List<String> gone = drops(plan(source, RecoveryTarget.beforeTransaction(last + 1)));
      assertEquals(1, gone.size(), gone.toString());
      assertTrue(gone.get(0).contains("its directory is gone"), gone.toString());
    }
  }
}
