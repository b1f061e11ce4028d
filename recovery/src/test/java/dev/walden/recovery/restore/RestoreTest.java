package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.NewBackup;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.ObjectDigest;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarWriter;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.Compression;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.PlanWorld;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a restore refuses, and what it leaves behind when it fails. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestoreTest {
  private static final TarMember DIRECTORY =
      new TarMember("global", TarMember.Kind.DIRECTORY, 0700, 0, Instant.EPOCH);

  @TempDir Path folder;
  private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
  private ArchiveStore archive;
  private ObjectDigest.Algorithm partDigest = ObjectDigest.Algorithm.SHA256;
  private Path target;

  @BeforeEach
  void open() throws IOException {
    // not compressed, so that nothing but the digest can find a wrong bit
    archive =
        ArchiveStore.openOrCreate(
            storage, ArchiveSettings.defaults().compression(Compression.NONE), PlanWorld.CLUSTER);
    target = folder.resolve("data");
  }

  private static TarMember file(String path, int size) {
    return new TarMember(path, TarMember.Kind.FILE, 0600, size, Instant.EPOCH);
  }

  /** A backup of such files, each in a part of its own, that no server would start on. */
  private BaseBackup backup(List<Long> tablespaces, TarMember... members) throws IOException {
    try (NewBackup backup = archive.newBackup(Instant.EPOCH, partDigest)) {
      BackupObject[] parts = new BackupObject[members.length];
      for (int i = 0; i < parts.length; i++) {
        try (NewBackup.Writer out = backup.createPart("0000" + i + ".tar", stored -> stored)) {
          TarWriter tar = new TarWriter(out);
          tar.begin(members[i]);
          tar.write(new byte[(int) members[i].size()], 0, (int) members[i].size());
          tar.end();
          tar.finish();
          parts[i] = out.finish();
        }
      }
      BaseBackup complete =
          new BaseBackup(
              backup.id(),
              PlanWorld.CLUSTER,
              new Lsn(0x200028),
              TimelineId.FIRST,
              new Lsn(0x200060),
              new Lsn(0x200100),
              TimelineId.FIRST,
              Instant.EPOCH,
              Instant.EPOCH,
              tablespaces,
              List.of(parts),
              parts[0],
              parts[0],
              List.of());
      backup.commit(complete);
      return complete;
    }
  }

  private Restore restore(BaseBackup backup) throws IOException {
    WalInventory wal =
        new WalInventory.Builder(PlanWorld.CLUSTER)
            .segment(new WalSegment(TimelineId.FIRST, 2, PlanWorld.SIZE), 100)
            .build();
    RecoveryPlan plan =
        RecoveryPlanner.of(new ArchiveContents(PlanWorld.CLUSTER, wal, List.of(backup)))
            .plan(RecoveryTarget.latest());
    return Restore.of(plan).from(archive).into(target).restoreCommand("false");
  }

  private void assertRefused(Restore restore, String why) {
    FileSystemException e = assertThrows(FileSystemException.class, restore::run);
    assertTrue(e.getMessage().contains(why), e::getMessage);
  }

  @Test
  void refusesDirectoriesThatAreInUse() throws IOException {
    BaseBackup backup = backup(List.of(16393L), DIRECTORY);
    Path space = folder.resolve("space");
    Restore restore = restore(backup).tablespace(16393, space);
    Files.createDirectory(space);
    Files.createFile(space.resolve("other"));
    assertRefused(restore, "it is not empty (other)");
    assertFalse(Files.exists(target));
    Files.delete(space.resolve("other"));

    Files.createDirectory(target);
    Files.createFile(target.resolve("PG_VERSION"));
    assertRefused(restore, "it is not empty (PG_VERSION)");
    Files.createFile(target.resolve("postmaster.pid"));
    assertRefused(restore, "a server runs there");
    Files.delete(target.resolve("postmaster.pid"));
    Files.createFile(target.resolve(DirectoryClaim.MARKER));
    assertRefused(restore, "another restore is running there");
    Files.delete(target.resolve("PG_VERSION"));
    Files.delete(target.resolve(DirectoryClaim.MARKER));
    Files.delete(target);
    Files.createFile(target);
    assertRefused(restore, "it is not a directory");
    assertEquals(List.of(), names(space));
  }

  @Test
  void refusesADiskThatIsTooSmall() throws IOException {
    BaseBackup small = backup(List.of(), DIRECTORY);
    BackupObject part = small.parts().get(0);
    BackupObject huge = new BackupObject(part.name(), 1L << 60, part.storedBytes(), part.digest());
    BaseBackup large =
        new BaseBackup(
            small.id(),
            small.cluster(),
            small.startLsn(),
            small.startTimeline(),
            small.checkpointLsn(),
            small.endLsn(),
            small.endTimeline(),
            small.startTime(),
            small.endTime(),
            List.of(),
            List.of(huge),
            small.manifest(),
            small.files(),
            small.warnings());
    assertRefused(restore(large), "takes 1152921504606846976 bytes, but only");
    assertFalse(Files.exists(target));
  }

  @Test
  void refusesTablespacesWithoutAPlaceOfTheirOwn() throws IOException {
    BaseBackup backup = backup(List.of(16393L, 16394L), DIRECTORY);
    List<Restore> wrong =
        List.of(
            restore(backup),
            restore(backup).tablespace(16393, folder.resolve("a")),
            restore(backup).tablespacesUnder(folder.resolve("a")).tablespace(5, folder),
            restore(backup).tablespacesUnder(target.resolve("pg_tblspc")),
            restore(backup)
                .tablespace(16393, folder.resolve("a"))
                .tablespace(16394, folder.resolve("b/../a")),
            restore(backup)
                .tablespace(16393, folder.resolve("a"))
                .tablespace(16394, folder.resolve("a/b")));
    for (Restore restore : wrong) {
      assertThrows(IllegalArgumentException.class, restore::run);
    }
    assertEquals(List.of(), names(folder));
  }

  @Test
  void refusesAnotherClustersArchive() throws IOException {
    Restore restore = restore(backup(List.of(), DIRECTORY));
    ClusterIdentity other =
        new ClusterIdentity(new SystemIdentifier(8), PlanWorld.SIZE, PgVersion.PG_15);
    ArchiveStore others =
        ArchiveStore.openOrCreateBesideOthers(storage, ArchiveSettings.defaults(), other);
    assertThrows(WrongClusterException.class, () -> restore.from(others).run());
    assertFalse(Files.exists(target));
  }

  private void assertIncomplete(Restore restore, Class<? extends Throwable> cause) {
    RestoreIncompleteException e = assertThrows(RestoreIncompleteException.class, restore::run);
    assertInstanceOf(cause, e.getCause());
    assertTrue(e.getMessage().contains("empty it"), e::getMessage);
    assertTrue(Files.exists(target.resolve(DirectoryClaim.MARKER)));
    assertFalse(Files.exists(target.resolve(BackupUnpacker.CONTROL_FILE)));
  }

  @ParameterizedTest
  @EnumSource
  void aFlippedBitIsFoundBeforeAServerCanStart(ObjectDigest.Algorithm algorithm)
      throws IOException {
    partDigest = algorithm;
    Restore restore =
        restore(backup(List.of(), file("global/pg_control", 8192), file("base/1/1", 9000)));
    storage.fail(
        FaultyStorage.Operation.READ, name -> name.endsWith("1.tar"), FaultyStorage.Fault.FLIPPED);
    assertIncomplete(restore, CorruptFileException.class);
    assertRefused(restore, "did not finish");
  }

  @Test
  void aStorageThatGoesAwayLeavesNothingToStart() throws IOException {
    Restore restore =
        restore(backup(List.of(), file("global/pg_control", 8192), file("base/1/1", 9000)));
    storage.fail(
        FaultyStorage.Operation.READ,
        name -> name.endsWith("1.tar"),
        FaultyStorage.Fault.BEFORE_EFFECT);
    assertIncomplete(restore, StorageUnavailableException.class);
  }

  @Test
  void aBackupWithoutItsDecisiveFilesIsNotCompleted() throws IOException {
    assertIncomplete(restore(backup(List.of(), file("base/1/1", 1))), CorruptFileException.class);
  }

  @Test
  void aPgControlThatIsNoneIsNotWritten() throws IOException {
    assertIncomplete(
        restore(backup(List.of(), file("global/pg_control", 8192))), CorruptFileException.class);
  }

  @Test
  void aFileTwiceIsRefused() throws IOException {
    assertIncomplete(
        restore(backup(List.of(), file("base/1/1", 1), file("base/1/1", 2))),
        CorruptFileException.class);
  }

  /** It was killed at its very end, and the server that was started then was backed up. */
  @Test
  void theMarkerOfAnEarlierRestoreIsNotRestored() throws IOException {
    GeneratedWal wal = GeneratedWal.begin(PlanWorld.CLUSTER, Instant.EPOCH);
    wal.startBackup(Instant.EPOCH)
        .with(DirectoryClaim.MARKER, new byte[1])
        .end(Instant.EPOCH)
        .into(archive);
    wal.archiveInto(archive);
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
    Restore.of(plan).from(archive).into(target).run();
    assertFalse(Files.exists(target.resolve(DirectoryClaim.MARKER)));
    assertTrue(Files.exists(target.resolve(BackupUnpacker.CONTROL_FILE)));
  }

  @Test
  void nothingIsWrittenOutside() throws IOException {
    assertIncomplete(
        restore(backup(List.of(), file("base/../../evil", 1))), CorruptFileException.class);
    assertEquals(List.of("data"), names(folder));
  }

  @Test
  void aFileInPlaceOfATablespaceIsRefused() throws IOException {
    BaseBackup backup = backup(List.of(16393L), file("pg_tblspc/16393", 1));
    assertIncomplete(
        restore(backup).tablespace(16393, folder.resolve("space")), CorruptFileException.class);
  }

  @Test
  void ofTwoAtOnceOneIsRefused() throws Exception {
    BaseBackup backup = backup(List.of(), DIRECTORY);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 50; round++) {
        target = folder.resolve("data" + round);
        CountDownLatch start = new CountDownLatch(1);
        Callable<Exception> run =
            () -> {
              Restore restore = restore(backup);
              start.await();
              return assertThrows(Exception.class, restore::run);
            };
        Future<Exception> one = threads.submit(run);
        Future<Exception> two = threads.submit(run);
        start.countDown();
        Stream<Exception> both = Stream.of(one.get(), two.get());
        // the backup lacks its pg_control, so the one that got through fails, too
        assertEquals(
            1, both.filter(e -> e instanceof RestoreIncompleteException).count(), "round " + round);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void interruptionEndsIt() throws Exception {
    BaseBackup backup = backup(List.of(), file("base/1/1", 9000), file("base/1/2", 9000));
    CountDownLatch begun = new CountDownLatch(1);
    Restore restore =
        restore(backup)
            .parallelism(1)
            .progress(
                (done, total) -> {
                  begun.countDown();
                  try {
                    TimeUnit.MINUTES.sleep(10);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    Exception[] thrown = new Exception[1];
    Thread thread =
        new Thread(() -> thrown[0] = assertThrows(RestoreIncompleteException.class, restore::run));
    thread.start();
    begun.await();
    thread.interrupt();
    thread.join();
    assertInstanceOf(InterruptedIOException.class, thrown[0].getCause());
    assertFalse(Files.exists(target.resolve("base/1/2")));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
