package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.codec.Compression;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.recovery.restore.RestoreIncompleteException;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Archiving, backing up and restoring on a disk that becomes full. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullDiskIT {

  @TempDir Path directory;
  private Path disk;

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private void resize(String options) throws Exception {
    assertTrue(run("mount", "-o", "remount," + options, disk.toString()));
  }

  private static ReceiverFixture into(Path folder) throws Exception {
    return ReceiverFixture.into(FileSystemStorage.createAt(folder))
        .settings(ArchiveSettings.defaults().compression(Compression.NONE));
  }

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=6m", "walden-test", disk.toString()),
        "mounting a small file system is for root");
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  @Test
  void aFullArchiveStopsAcknowledgingAndGoesOnWhenThereIsRoom() throws Exception {
    ReceiverFixture fixture = into(disk);
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(server, archive).start()) {
      server.execute(
          "CREATE TABLE t AS SELECT repeat(md5(i::text), 4) FROM generate_series(1, 60000) i",
          "SELECT pg_switch_wal()");
      Lsn end = Lsn.parse(server.query("SELECT pg_current_wal_lsn()"));
      fixture.await(receiver, () -> receiver.status().trouble().isPresent());
      String trouble = receiver.status().trouble().get().getMessage();
      assertTrue(trouble.contains("No space left"), trouble);
      Lsn durable = receiver.status().durable();
      assertTrue(durable.isBefore(end));
      Lsn archived = archive.inventory().ranges(TimelineId.FIRST).get(0).end();
      assertFalse(durable.isAfter(archived), durable + " acknowledged, archived " + archived);
      // what was stored meanwhile is acknowledged, and no more
      fixture.await(
          receiver,
          () ->
              receiver
                  .status()
                  .durable()
                  .equals(archive.inventory().ranges(TimelineId.FIRST).get(0).end()));
      resize("size=100m");
      fixture.awaitArchived(receiver, archive.cluster().segmentSize().floor(end));
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size());
    }
  }

  @Test
  void aBackupThatFillsTheDiskLeavesNothing() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = into(disk).archive(server)) {
      StorageUnavailableException e =
          assertThrows(
              StorageUnavailableException.class,
              () ->
                  BaseBackupTaker.of(ReceiverFixture.address(server), archive)
                      .partSize(1 << 20)
                      .take());
      assertTrue(e.getMessage().contains("No space left"), e.getMessage());
      assertEquals(List.of(), archive.backups().usable());
      try (var left = Files.walk(disk)) {
        assertEquals(List.of(), left.filter(p -> p.toString().contains(".tar")).toList());
      }
    }
  }

  @Test
  void aRestoreThatRunsOutOfSpaceLeavesNothingToStart() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = into(directory.resolve("archive")).archive(server)) {
      try (WalReceiver receiver =
          WalReceiver.from(ReceiverFixture.address(server)).into(archive).slot("walden").start()) {
        BaseBackupTaker.of(ReceiverFixture.address(server), archive).take();
        assertTrue(receiver.status().trouble().isEmpty());
      }
      RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.immediate());
      Path small = disk.resolve("small");
      IOException refused =
          assertThrows(IOException.class, () -> Restore.of(plan).from(archive).into(small).run());
      assertTrue(refused.getMessage().contains("free"), refused.getMessage());
      assertTrue(Files.notExists(small), "something was written");
      // room for the bytes, but not for so many files
      resize("size=500m,nr_inodes=300");
      Path failed = disk.resolve("failed");
      RestoreIncompleteException e =
          assertThrows(
              RestoreIncompleteException.class,
              () -> Restore.of(plan).from(archive).into(failed).run());
      assertTrue(e.getCause().getMessage().contains("No space left"), e.toString());
      assertTrue(Files.notExists(failed.resolve("global/pg_control")), "a server could start");
    }
  }
}
