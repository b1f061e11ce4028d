package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.backup.BaseBackup;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.points.CatalogNames;
import dev.walden.recovery.points.DroppedRelations;
import dev.walden.recovery.points.DroppedRelations.Kind;
import dev.walden.recovery.points.RecoverablePoints;
import dev.walden.recovery.restore.Restore;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real server dropped is found, named, and brought back. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DroppedTableIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path folder;

  private ArchivedCluster cluster(int major) throws Exception {
    PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("source"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .create();
    return new ArchivedCluster(server, folder.resolve("archive"), ArchiveSettings.defaults());
  }

  private static Instant now(PostgresServer server) throws Exception {
    return Instant.parse(
        server.query(
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
  }

  private PostgresServer restored(ArchivedCluster source, DroppedRelations drop, String name)
      throws Exception {
    RecoveryPlan plan = RecoveryPlanner.of(source.archive()).plan(drop.target());
    Path data = folder.resolve(name);
    Restore.of(plan).from(source.archive()).into(data).run();
    PostgresServer server = PostgresServer.startExisting(source.server().binaries(), data);
    server.awaitPromotion(LIMIT);
    return server;
  }

  /** The drops of a statement, which goes into its transaction alone. */
  private record Done(Instant from, Instant to, String relation, Kind kind) {}

  private static Done run(PostgresServer server, String sql, String relation, Kind kind)
      throws Exception {
    Instant from = now(server);
    server.execute(sql);
    return new Done(from, now(server), relation, kind);
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 18})
  void whatWasDroppedIsFoundNamedAndBroughtBack(int major) throws Exception {
    try (ArchivedCluster source = cluster(major)) {
      PostgresServer server = source.server();
      server.execute(
          "SET synchronous_commit = on",
          "CREATE DATABASE shop",
          "CREATE TABLE \"the orders\" (i int PRIMARY KEY, t text)",
          "INSERT INTO \"the orders\" SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i",
          "CREATE TABLE items AS SELECT generate_series(1, 1000) AS i",
          "CREATE TABLE stock AS SELECT generate_series(1, 1000) AS i",
          "VACUUM FULL stock");
      BaseBackup backup = source.backup();
      List<Done> done =
          List.of(
              run(server, "TRUNCATE items", "public.items", Kind.REPLACED),
              run(server, "VACUUM FULL stock", "public.stock", Kind.REPLACED),
              run(server, "REINDEX TABLE pg_class", "pg_catalog.pg_class_oid_index", Kind.REPLACED),
              run(server, "DROP TABLE \"the orders\"", "public.\"the orders\"", Kind.DROPPED));
      Instant beforeShop = now(server);
      String shop = server.query("SELECT oid FROM pg_database WHERE datname = 'shop'");
      server.execute("DROP DATABASE shop", "CREATE TABLE last (i int)");
      Instant end = now(server);
      source.archiveWal();

      RecoverablePoints points = RecoverablePoints.of(source.archive());
      assertEquals(List.of(backup), points.coverage().get(0).ranges().get(0).backups());
      DroppedRelations dropped = null;
      for (Done one : done) {
        List<DroppedRelations> drops = points.drops(one.from(), one.to()).points();
        assertEquals(1, drops.size(), one + ": " + drops);
        assertEquals(one.kind(), drops.get(0).kind(), one.toString());
        dropped = drops.get(0);
      }
      // the source's catalogs know it no longer
      try (Connection catalogs = server.connect()) {
        Instant from = done.get(3).from();
        DroppedRelations now =
            points.names(CatalogNames.of(catalogs)).drops(from, done.get(3).to()).points().get(0);
        assertTrue(now.files().stream().allMatch(file -> file.name().isEmpty()), now.explain());
        assertEquals(Optional.of("postgres"), now.databaseName());
      }
      try (PostgresServer recovered = restored(source, dropped, "orders")) {
        assertEquals("5000", recovered.query("SELECT count(*) FROM \"the orders\""));
        assertEquals("0", recovered.query("SELECT count(*) FROM items"));
        try (Connection catalogs = recovered.connect()) {
          RecoverablePoints named = points.names(CatalogNames.of(catalogs));
          DroppedRelations drop = named.drops(done.get(3).from(), done.get(3).to()).points().get(0);
          assertTrue(names(drop).contains("public.\"the orders\""), drop.explain());
          assertTrue(names(drop).contains("public.\"the orders_pkey\""), drop.explain());
        }
      }
      Done truncate = done.get(0);
      DroppedRelations truncated = points.drops(truncate.from(), truncate.to()).points().get(0);
      try (PostgresServer recovered = restored(source, truncated, "items")) {
        assertEquals("1000", recovered.query("SELECT count(*) FROM items"));
        try (Connection catalogs = recovered.connect()) {
          RecoverablePoints named = points.names(CatalogNames.of(catalogs));
          for (Done one : done) {
            DroppedRelations drop = named.drops(one.from(), one.to()).points().get(0);
            assertTrue(names(drop).contains(one.relation()), one + ": " + drop.explain());
          }
        }
      }
      DroppedRelations gone =
          points.drops(beforeShop, end).points().stream()
              .filter(drop -> drop.kind() == Kind.DATABASE)
              .findFirst()
              .orElseThrow();
      assertEquals(shop, Long.toString(gone.database()));
      try (PostgresServer recovered = restored(source, gone, "shop")) {
        assertEquals(
            "shop", recovered.query("SELECT datname FROM pg_database WHERE datname = 'shop'"));
        recovered.connect("shop").close();
        try (Connection catalogs = recovered.connect()) {
          assertEquals(Optional.of("shop"), CatalogNames.of(catalogs).database(gone.database()));
        }
      }
    }
  }

  private static List<String> names(DroppedRelations drop) {
    return drop.files().stream().flatMap(file -> file.name().stream()).toList();
  }
}
