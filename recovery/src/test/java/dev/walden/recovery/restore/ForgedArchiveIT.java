package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.UnencryptedObjectException;
import dev.walden.UntrustedObjectException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.WriterKey;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.journey.ArchivedCluster;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody writes to the storage of an encrypted archive, and has no key. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgedArchiveIT {
  @TempDir Path folder;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());

  @Test
  void unencryptedWalIsNeitherPlannedWithNorRestored() throws Exception {
    Path place = folder.resolve("archive");
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
    try (ArchivedCluster source = cluster(place, settings)) {
      fill(source);
      RecoveryPlanner planner = RecoveryPlanner.of(source.archive());
      RecoveryPlan before = planner.plan(RecoveryTarget.latest());

      WalSegment last = source.archive().inventory().last(TimelineId.FIRST).orElseThrow();
      replace(source.archive(), last, place, ArchiveSettings.defaults());

      RecoveryImpossibleException refusal =
          assertThrows(
              RecoveryImpossibleException.class, () -> planner.plan(RecoveryTarget.latest()));
      assertTrue(refusal.getMessage().contains("which is not encrypted"), refusal::getMessage);
      Path target = folder.resolve("restored");
      Restore restore = Restore.of(before).from(source.archive()).into(target);
      RestoreIncompleteException failure =
          assertThrows(RestoreIncompleteException.class, restore::run);
      assertEquals(UnencryptedObjectException.class, failure.getCause().getClass());
      assertFalse(Files.exists(target.resolve("global/pg_control")));
    }
  }

  /** The storage's owner knows the recipients, so what he writes opens. */
  @Test
  void whatTheWriterDidNotSignIsNeitherPlannedWithNorRestored() throws Exception {
    Path place = folder.resolve("archive");
    WriterKey key = WriterKey.generate(new SecureRandom());
    ArchiveSettings owner = ArchiveSettings.defaults().encryptTo(identity.recipient());
    ArchiveSettings settings =
        owner.decryptWith(identity).signWith(key).trustWriter(key.publicKey());
    try (ArchivedCluster source = cluster(place, settings)) {
      fill(source);
      RecoveryPlanner planner = RecoveryPlanner.of(source.archive());
      RecoveryPlan before = planner.plan(RecoveryTarget.latest());
      Path restored = folder.resolve("right");
      Restore.of(before).from(source.archive()).into(restored).run();
      assertTrue(Files.exists(restored.resolve("global/pg_control")));

      WalSegment last = source.archive().inventory().last(TimelineId.FIRST).orElseThrow();
      replace(source.archive(), last, place, owner);
      Restore restore = Restore.of(before).from(source.archive()).into(folder.resolve("forged"));
      RestoreIncompleteException failure =
          assertThrows(RestoreIncompleteException.class, restore::run);
      assertEquals(UntrustedObjectException.class, failure.getCause().getClass());
      assertFalse(Files.exists(folder.resolve("forged/global/pg_control")));

      // one number in backup.json, and a digest that fits again
      Path backup =
          place.resolve(
              source.archive().cluster().systemIdentifier()
                  + "/backup/"
                  + before.backup().id()
                  + "/backup.json");
      String json = Files.readString(backup).replace("\"standby\":false", "\"standby\":true");
      Files.writeString(backup, json + " ");
      Files.writeString(
          backup.resolveSibling("backup.json.sha256"),
          HexFormat.of().formatHex(Sha256Companion.newSha256().digest(Files.readAllBytes(backup)))
              + "  backup.json\n");
      assertEquals(List.of(), source.archive().backups().usable());
      RecoveryImpossibleException refusal =
          assertThrows(
              RecoveryImpossibleException.class, () -> planner.plan(RecoveryTarget.latest()));
      assertEquals(Reason.UNUSABLE_BACKUP, refusal.reason());
      assertTrue(refusal.getMessage().contains("is not signed"), refusal::getMessage);
    }
  }

  private ArchivedCluster cluster(Path place, ArchiveSettings settings) throws Exception {
    return new ArchivedCluster(
        PostgresServer.builder(PostgresBinaries.of(17), folder.resolve("source"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .create(),
        place,
        settings);
  }

  /** Archives a base backup and some WAL. */
  private static void fill(ArchivedCluster source) throws Exception {
    source.server().execute("CREATE TABLE t (i int)");
    source.backup();
    source.server().execute("INSERT INTO t VALUES (1)");
    source.archiveWal();
  }

  /** The WAL itself is right: what is wrong is only that anybody could have written it. */
  private void replace(
      ArchiveStore archive, WalSegment segment, Path place, ArchiveSettings settings)
      throws IOException {
    Path wal = folder.resolve(segment.toString());
    archive.fetch(segment.fileName(), wal);
    try (Stream<Path> files =
        Files.walk(place.resolve(archive.cluster().systemIdentifier() + "/wal"))) {
      List<Path> objects =
          files.filter(file -> file.getFileName().toString().startsWith(segment + ".")).toList();
      assertEquals(1, objects.size(), objects::toString);
      Files.delete(objects.get(0));
    }
    try (ArchiveStore forger = ArchiveStore.open(FileSystemStorage.at(place), settings)) {
      forger.push(segment.fileName(), wal);
    }
  }
}
