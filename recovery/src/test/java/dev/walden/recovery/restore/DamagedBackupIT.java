package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.journey.ArchivedCluster;
import dev.walden.recovery.plan.PlanWarning;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.points.RecoverablePoints;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One of two base backups cannot be used. It hurts nothing but itself. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DamagedBackupIT {
  @TempDir Path folder;

  /** Damage of the file, of the digest beside it, and a later version's file. */
  @ParameterizedTest
  @ValueSource(strings = {"backup.json", "backup.json.sha256", "format"})
  void recoveryGoesOnFromTheOtherOne(String damaged) throws Exception {
    Path place = folder.resolve("archive");
    Path restored = folder.resolve("restored");
    try (ArchivedCluster source =
        new ArchivedCluster(
            PostgresServer.builder(PostgresBinaries.of(16), folder.resolve("source"))
                .segmentSize(WalSegmentSize.ofMegabytes(1))
                .create(),
            place,
            ArchiveSettings.defaults())) {
      source.server().execute("CREATE TABLE t (i int)");
      BaseBackup sound = source.backup();
      source.server().execute("INSERT INTO t VALUES (1)");
      BaseBackup newest = source.backup();
      source.server().execute("INSERT INTO t VALUES (2)");
      source.archiveWal();
      damage(
          place.resolve(
              source.archive().cluster().systemIdentifier() + "/backup/" + newest.id() + "/"),
          damaged);

      assertEquals(List.of(sound), source.archive().backups().usable());
      assertEquals(newest.id(), source.archive().backups().unusable().get(0).id());
      RecoveryPlanner planner = RecoveryPlanner.of(source.archive());
      RecoveryPlan plan = planner.plan(RecoveryTarget.latest());
      assertEquals(sound, plan.backup());
      assertTrue(
          plan.warnings().stream()
              .anyMatch(
                  warning ->
                      warning.kind() == PlanWarning.Kind.UNUSABLE_BACKUP
                          && warning.text().contains(newest.id() + " is left out")),
          () -> plan.warnings().toString());
      assertEquals(1, RecoverablePoints.of(source.archive()).coverage().size());
      RecoveryImpossibleException refusal =
          assertThrows(
              RecoveryImpossibleException.class,
              () -> planner.backup(newest.id()).plan(RecoveryTarget.latest()));
      assertEquals(Reason.UNUSABLE_BACKUP, refusal.reason());
      assertTrue(refusal.getMessage().contains("backup.json"), refusal::getMessage);
      Restore.of(plan).from(source.archive()).into(restored).run();
    }
    try (PostgresServer recovered =
        PostgresServer.builder(PostgresBinaries.of(16), restored).startExisting()) {
      recovered.awaitPromotion(Duration.ofSeconds(60));
      assertEquals("1,2", recovered.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"));
    }
  }

  private static void damage(Path backup, String how) throws Exception {
    if (!how.equals("format")) {
      byte[] bytes = Files.readAllBytes(backup.resolve(how));
      bytes[40] ^= 1;
      Files.write(backup.resolve(how), bytes);
      return;
    }
    Path json = backup.resolve("backup.json");
    String later = Files.readString(json).replaceFirst("\"format\" *: *1", "\"format\": 99");
    Files.writeString(json, later);
    Process digest =
        new ProcessBuilder("sh", "-c", "sha256sum backup.json > backup.json.sha256")
            .directory(backup.toFile())
            .start();
    assertEquals(0, digest.waitFor());
  }
}
