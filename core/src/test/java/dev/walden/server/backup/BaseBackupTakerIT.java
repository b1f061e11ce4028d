package dev.walden.server.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.TablespaceMap;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import dev.walden.codec.AgeIdentity;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.Servers;
import dev.walden.server.receive.WalReceiver;
import dev.walden.server.receive.WalReceiverStatus;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BaseBackupTakerIT {
  private static final Path PG_VERIFYBACKUP = Path.of("/usr/lib/postgresql/15/bin/pg_verifybackup");

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final ReceiverFixture fixture =
      ReceiverFixture.into(storage)
          .settings(
              ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity));

  /** Unpacks a backup as {@code tar x} would. */
  private void unpack(ArchiveStore archive, BaseBackup backup, Path target) throws IOException {
    Files.createDirectory(
        target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (BackupObject part : backup.parts()) {
      try (InputStream in = archive.open(backup, part);
          TarReader tar = new TarReader(part.name(), in)) {
        for (Optional<TarMember> m = tar.next(); m.isPresent(); m = tar.next()) {
          Path path = target.resolve(m.get().path());
          if (m.get().kind() == TarMember.Kind.DIRECTORY) {
            Files.createDirectories(path);
          } else {
            Files.createDirectories(path.getParent());
            Files.copy(tar.content(), path);
          }
        }
      }
    }
    try (InputStream in = archive.open(backup, backup.manifest())) {
      Files.copy(in, target.resolve("backup_manifest"));
    }
  }

  private Path exportWal(ArchiveStore archive) throws IOException {
    Path wal = Files.createDirectory(directory.resolve("wal"));
    for (var range : archive.inventory().ranges(TimelineId.FIRST)) {
      for (WalSegment s =
              WalSegment.containing(
                  TimelineId.FIRST, range.start(), archive.cluster().segmentSize());
          s.start().isBefore(range.end());
          s = s.next()) {
        archive.fetch(s.fileName(), wal.resolve(s.toString()));
      }
    }
    return wal;
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void aBackupStartsAndHasTheRows(int major) throws Exception {
    BaseBackup backup;
    Path restored = directory.resolve("restored");
    Path space = Files.createDirectory(directory.resolve("space"));
    List<BackupProgress.Phase> phases = new ArrayList<>();
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute(
          "CREATE TABLESPACE s LOCATION '" + space + "'",
          "CREATE TABLE t AS SELECT i, md5(i::text) AS m FROM generate_series(1, 50000) i",
          "CREATE TABLE u TABLESPACE s AS SELECT * FROM t");
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        backup =
            BaseBackupTaker.of(Servers.address(server), archive)
                .partSize(4 << 20)
                .progress(step -> phases.add(step.phase()))
                .take();
        assertEquals(WalReceiverStatus.State.STREAMING, receiver.status().state());
      }
      assertEquals(List.of(backup), archive.backups().usable());
      assertEquals(1, backup.tablespaces().size());
      assertTrue(backup.parts().size() > 3, "only " + backup.parts().size() + " parts");
      assertTrue(!backup.endTime().isBefore(backup.startTime()));
      assertEquals(BackupProgress.Phase.COMPLETE, phases.get(phases.size() - 1));
      unpack(archive, backup, restored);
      if (major <= 15 && Files.isExecutable(PG_VERIFYBACKUP)) {
        Process verify =
            new ProcessBuilder(PG_VERIFYBACKUP.toString(), "-n", restored.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(verify.getInputStream().readAllBytes());
        assertEquals(0, verify.waitFor(), output);
      }
      Path map = restored.resolve(TablespaceMap.FILE_NAME);
      long oid = backup.tablespaces().get(0);
      Path moved = directory.resolve("moved");
      Files.move(restored.resolve("pg_tblspc/" + oid), moved);
      Files.write(
          map,
          TablespaceMap.parse(map.toString(), Files.readAllBytes(map))
              .withLocations(Map.of(oid, moved.toString()))
              .content());
      Path wal = exportWal(archive);
      Files.writeString(
          restored.resolve("postgresql.auto.conf"),
          "restore_command = 'cp "
              + wal
              + "/%f %p'\nrecovery_target = 'immediate'\n"
              + "recovery_target_action = 'promote'\n");
      Files.createFile(restored.resolve("recovery.signal"));
    }
    try (PostgresServer recovered =
        PostgresServer.startExisting(PostgresBinaries.of(major), restored)) {
      recovered.awaitPromotion(Duration.ofSeconds(60));
      assertEquals("50000", recovered.query("SELECT count(*) FROM t"));
      assertEquals(
          "0",
          recovered.query(
              "SELECT count(*) FROM t FULL JOIN u USING (i, m) WHERE t.i IS NULL OR u.i IS NULL"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NONE", "SHA256"})
  void comparesWhateverChecksumTheManifestHas(String algorithm) throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(server, archive).start()) {
      BaseBackup backup =
          BaseBackupTaker.of(Servers.address(server), archive)
              .checksums(BackupChecksum.Algorithm.valueOf(algorithm))
              .take();
      assertEquals(List.of(backup), archive.backups().usable());
      assertTrue(receiver.status().trouble().isEmpty());
    }
  }

  @Test
  void withoutWalThereIsNoBackup() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      BaseBackupTaker taker =
          BaseBackupTaker.of(Servers.address(server), archive).walTimeout(Duration.ofSeconds(1));
      assertThrows(NotArchivedException.class, taker::take);
      assertNothingRemains(archive);
    }
  }

  private void assertNothingRemains(ArchiveStore archive) throws IOException {
    assertEquals(List.of(), archive.backups().usable());
    for (StoredObject object : storage.list("", "", 1000)) {
      assertTrue(!object.name().contains("/backup/"), object.name() + " remains");
    }
  }

  @Test
  void aBackupThatFailsAtAnyStepLeavesNothing() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(server, archive).start()) {
      FaultyStorage faulty = new FaultyStorage(storage, 7);
      ArchiveStore failing =
          ArchiveStore.openOrCreate(
              faulty,
              ArchiveSettings.defaults().encryptTo(identity.recipient()),
              archive.cluster());
      for (FaultyStorage.Operation operation :
          List.of(
              FaultyStorage.Operation.CREATE,
              FaultyStorage.Operation.WRITE,
              FaultyStorage.Operation.COMMIT)) {
        faulty.failNext(operation, FaultyStorage.Fault.BEFORE_EFFECT);
        assertThrows(
            IOException.class,
            () -> BaseBackupTaker.of(Servers.address(server), failing).partSize(4 << 20).take(),
            operation.toString());
        assertNothingRemains(archive);
      }
      assertTrue(receiver.status().trouble().isEmpty());
    }
  }

  @Test
  void anInterruptedBackupLeavesNothing() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(16, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(server, archive).start()) {
      for (int delay : new int[] {50, 200, 400}) {
        List<Throwable> failures = new ArrayList<>();
        Thread thread =
            new Thread(
                () -> {
                  try {
                    BaseBackupTaker.of(Servers.address(server), archive).maxRate(4096).take();
                  } catch (IOException | InterruptedException e) {
                    failures.add(e);
                  }
                });
        thread.start();
        Thread.sleep(delay);
        thread.interrupt();
        thread.join(20_000);
        assertTrue(!thread.isAlive(), "the backup goes on");
        assertEquals(1, failures.size());
        assertNothingRemains(archive);
      }
      assertTrue(receiver.status().trouble().isEmpty());
    }
  }

  @Test
  void aServerKilledDuringTheBackupLeavesNothing() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      Thread killer =
          new Thread(
              () -> {
                try {
                  Thread.sleep(700);
                  server.kill();
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      killer.start();
      assertThrows(
          ServerUnavailableException.class,
          () -> BaseBackupTaker.of(Servers.address(server), archive).maxRate(4096).take());
      killer.join();
      assertNothingRemains(archive);
    }
  }
}
