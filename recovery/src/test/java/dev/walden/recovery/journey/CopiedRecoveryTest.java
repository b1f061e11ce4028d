package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.Compression;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.PlanWorld;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.storage.ObjectProof;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recovery from two copies, one of which is damaged in every object. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopiedRecoveryTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final AgeIdentity IDENTITY = AgeIdentity.generate(new SecureRandom());

  @TempDir Path folder;
  private final InMemoryStorage first = new InMemoryStorage();
  private final InMemoryStorage second = new InMemoryStorage();

  static Stream<ArchiveSettings> settings() {
    ArchiveSettings plain = ArchiveSettings.defaults();
    return Stream.of(
        plain,
        plain.compression(Compression.NONE),
        plain.encryptTo(IDENTITY.recipient()).decryptWith(IDENTITY));
  }

  private CopiedStorage copies() {
    return CopiedStorage.of().copy("one", () -> first).copy("two", () -> second).open();
  }

  private static void damageAll(Storage storage, Random random) throws IOException {
    for (StoredObject object : storage.list("", "", 10_000)) {
      byte[] bytes;
      try (InputStream in = storage.open(object.name())) {
        bytes = in.readAllBytes();
      }
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      storage.delete(object.name());
      storage.put(object.name(), ObjectSource.of(bytes));
    }
  }

  private Path restore(ArchiveSettings settings, String target) throws Exception {
    Path data = folder.resolve(target);
    try (CopiedStorage storage = copies();
        ArchiveStore archive = ArchiveStore.open(storage, settings)) {
      RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.name("here"));
      Restore.of(plan).from(archive).into(data).run();
    }
    return data;
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("settings")
  void oneSoundCopyIsEnough(ArchiveSettings settings) throws Exception {
    byte[] content = new byte[3_000_000];
    new Random(1).nextBytes(content);
    GeneratedWal wal = GeneratedWal.begin(PlanWorld.CLUSTER, NOON);
    try (CopiedStorage storage = copies();
        ArchiveStore archive = ArchiveStore.openOrCreate(storage, settings, PlanWorld.CLUSTER)) {
      wal.startBackup(NOON).with("base/1/1", content).end(NOON).into(archive);
      wal.commit(741, NOON.plusSeconds(1));
      wal.restorePoint("here", NOON.plusSeconds(2));
      wal.switchSegment();
      wal.archiveInto(archive);
    }
    assertEquals(first.list("", "", 10_000), second.list("", "", 10_000));
    for (int seed = 0; seed < 4; seed++) {
      Storage damaged = seed % 2 == 0 ? first : second;
      damageAll(damaged, new Random(seed));
      Path data = restore(settings, "data" + seed);
      assertArrayEquals(content, Files.readAllBytes(data.resolve("base/1/1")));
      // mended as an operator would: remove what is wrong, and repair
      for (StoredObject object : damaged.list("", "", 10_000)) {
        damaged.delete(object.name());
      }
      try (CopiedStorage storage = copies()) {
        assertTrue(storage.repairComparingBytes(ObjectProof.NONE).complete());
      }
    }
    damageAll(first, new Random(5));
    damageAll(second, new Random(6));
    assertThrows(IOException.class, () -> restore(settings, "none"));
    assertFalse(Files.exists(folder.resolve("none/base/1/1")));
  }
}
