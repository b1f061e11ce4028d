package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeIdentity;
import dev.walden.recovery.agreement.NoiseSegment;
import dev.walden.recovery.plan.PlanWorld;
import dev.walden.recovery.restore.RestoreCommand.Answer;
import dev.walden.recovery.restore.RestoreCommand.Outcome;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestoreCommandTest {
  @TempDir Path folder;
  private final InMemoryStorage storage = new InMemoryStorage();
  private ArchiveStore archive;
  private Path target;

  /** Timeline 1: segments 2, 3, 5. Timeline 2 left it in segment 8; its WAL begins with 9. */
  @BeforeEach
  void fill() throws IOException {
    archive = open();
    target = folder.resolve("RECOVERYXLOG");
    push(1, 2);
    push(1, 3);
    push(1, 5);
    push(2, 9);
    history(2, "1\t0/800100\tx\n");
  }

  private ArchiveStore open() throws IOException {
    return ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), PlanWorld.CLUSTER);
  }

  private void push(int timeline, long number) throws IOException {
    WalSegment segment = new WalSegment(new TimelineId(timeline), number, PlanWorld.SIZE);
    archive.push(segment.fileName(), NoiseSegment.of(PlanWorld.CLUSTER, segment));
  }

  private void history(int timeline, String text) throws IOException {
    archive.push(
        new WalFileName.History(new TimelineId(timeline)),
        ObjectSource.of(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private Answer ask(String name) {
    return RestoreCommand.run(archive, name, target);
  }

  private void assertFailed(String name, String why) {
    Answer answer = ask(name);
    assertEquals(Outcome.FAILED, answer.outcome(), answer::message);
    assertTrue(answer.message().contains(why), answer::message);
    assertFalse(Files.exists(target));
  }

  private void assertAbsent(String name) {
    Answer answer = ask(name);
    assertEquals(Outcome.ABSENT, answer.outcome(), answer::message);
    assertFalse(Files.exists(target));
  }

  @Test
  void deliversWhatIsThere() throws IOException {
    assertEquals(Outcome.DELIVERED, ask("000000010000000000000003").outcome());
    WalSegment segment = new WalSegment(TimelineId.FIRST, 3, PlanWorld.SIZE);
    try (InputStream expected = NoiseSegment.of(PlanWorld.CLUSTER, segment).open()) {
      assertEquals(
          -1, java.util.Arrays.mismatch(expected.readAllBytes(), Files.readAllBytes(target)));
    }
    assertEquals(Outcome.DELIVERED, ask("00000002.history").outcome());
    assertEquals("1\t0/800100\tx\n", Files.readString(target));
  }

  @Test
  void absenceIsToldOnlyAtTheEnd() {
    assertFailed("000000010000000000000004", "the later 000000010000000000000005 is");
    assertFailed("000000010000000000000006", "00000002.history says that the timeline continued");
    assertFailed("000000010000000000000007", "00000002.history says that the timeline continued");
    // the old timeline's part of the segment in which it was left lies in the new one's file
    assertAbsent("000000010000000000000008");
    assertAbsent("000000010000000000000009");
    assertFailed("000000020000000000000008", "the later 000000020000000000000009 is");
    assertAbsent("00000002000000000000000A");
    assertAbsent("000000010000000000000005.partial");
  }

  /** Somebody without a key could have put them there. */
  @Test
  void unencryptedSegmentsOfAnEncryptedArchiveStopTheServer() throws IOException {
    ArchiveSettings settings =
        ArchiveSettings.defaults().decryptWith(AgeIdentity.generate(new SecureRandom()));
    archive = ArchiveStore.open(storage, settings);
    assertFailed("000000010000000000000003", "is not encrypted");
    assertFailed("000000020000000000000009", "is not encrypted");
    archive = ArchiveStore.open(storage, settings.encryptedFrom(Lsn.parse("0/900000")));
    assertFailed("000000020000000000000009", "is not encrypted");
    assertEquals(Outcome.DELIVERED, ask("000000010000000000000003").outcome());
  }

  @Test
  void aTimelineThatWentOnToTheEndOfASegmentNeedsThatSegment() throws IOException {
    history(3, "1\t0/700000\tx\n");
    assertFailed("000000010000000000000006", "continued to");
    InMemoryStorage other = new InMemoryStorage();
    archive = ArchiveStore.openOrCreate(other, ArchiveSettings.defaults(), PlanWorld.CLUSTER);
    push(1, 5);
    history(3, "1\t0/700000\tx\n");
    assertFailed("000000010000000000000006", "continued to 0/700000");
    assertAbsent("000000010000000000000007");
  }

  @Test
  void theOldTimelinesFileIsNotTakenForTheNewOnes() throws IOException {
    history(3, "1\t0/800100\tx\n2\t0/B00100\ty\n");
    assertAbsent("00000003000000000000000B");
    push(2, 11);
    assertFailed("00000003000000000000000B", "00000002000000000000000B is, and the server");
    assertAbsent("00000003000000000000000C");
    history(4, "1\t0/800100\tx\n2\t0/B00100\ty\n3\t0/B00200\tz\n");
    assertFailed("00000004000000000000000B", "00000002000000000000000B is, and the server");
  }

  /** As after a recovery that aimed at timeline 2 and stopped before that had begun. */
  @Test
  void ancestorsThatWereNeverReachedHideNoOlderFile() throws IOException {
    history(3, "1\t0/800100\tx\n2\t0/500100\ty\n");
    assertFailed("000000030000000000000005", "000000010000000000000005 is, and the server");
    assertAbsent("000000030000000000000006");
    push(3, 5);
    assertAbsent("000000030000000000000006");
    assertAbsent("000000030000000000000009");
  }

  @Test
  void aNumberThatIsTakenNeverLooksFree() throws IOException {
    assertAbsent("00000001.history");
    assertAbsent("00000003.history");
    push(3, 12);
    assertFailed("00000003.history", "00000003000000000000000C of that timeline is");
    history(6, "1\t0/800100\tx\n5\t0/B00100\ty\n");
    assertFailed("00000005.history", "00000006.history says that there was such a timeline");
    assertAbsent("00000004.history");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "../000000010000000000000003",
        "000000010000000000000003.bad",
        "00000000.history",
        "000000010000000000001000",
        "archive.json"
      })
  void refusesOtherNames(String name) {
    assertFailed(name, "");
  }

  @Test
  void theFollowingSegmentsWaitInTheSpoolWholeAndVerified() throws IOException {
    Path spool = folder.resolve("walden.spool");
    push(1, 4);
    push(1, 6);
    damage("000000010000000000000006");
    Answer answer = RestoreCommand.run(archive, "000000010000000000000002", target, 8);
    assertEquals(Outcome.DELIVERED, answer.outcome());
    try (Stream<Path> files = Files.list(spool)) {
      assertEquals(
          List.of(
              "000000010000000000000003", "000000010000000000000004", "000000010000000000000005"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertEquals(Outcome.DELIVERED, ask("000000010000000000000003").outcome());
    assertEquals(-1, Files.mismatch(target, spool.resolve("000000010000000000000003")));
    assertEquals(
        Outcome.FAILED,
        RestoreCommand.run(archive, "000000010000000000000006", target, 8).outcome());

    assertEquals(
        Outcome.ABSENT, RestoreCommand.run(archive, "00000003.history", target, 8).outcome());
    assertFalse(Files.exists(spool));
  }

  private void damage(String name) throws IOException {
    StoredObject object =
        storage.list("", "", 100).stream()
            .filter(stored -> stored.name().contains("/wal/") && stored.name().contains(name))
            .findFirst()
            .orElseThrow();
    byte[] bytes;
    try (InputStream in = storage.open(object.name())) {
      bytes = in.readAllBytes();
    }
    bytes[bytes.length / 2] ^= 1;
    storage.delete(object.name());
    storage.put(object.name(), ObjectSource.of(bytes));
  }

  @Test
  void anArchiveThatCannotBeOpenedIsAFailure() {
    Answer none =
        RestoreCommand.run(
            () -> ArchiveStore.open(new InMemoryStorage(), ArchiveSettings.defaults()),
            "000000010000000000000003",
            target,
            0);
    assertEquals(Outcome.FAILED, none.outcome());
    Answer unavailable =
        RestoreCommand.run(
            () -> {
              throw new StorageUnavailableException("gone");
            },
            "000000010000000000000003",
            target,
            0);
    assertEquals(Outcome.FAILED, unavailable.outcome());
  }

  @Test
  void aTargetThatCannotBeWrittenIsAFailure() {
    target = folder.resolve("no such folder/RECOVERYXLOG");
    assertFailed("000000010000000000000003", "cannot bring");
  }

  @Tag("long")
  @Test
  void whateverFailsNothingLooksAbsentThatIsNot() throws IOException {
    for (long seed = 0; seed < 400; seed++) {
      FaultyStorage faulty = new FaultyStorage(storage, seed);
      archive = ArchiveStore.open(faulty, ArchiveSettings.defaults());
      faulty.failAtRandom(0.3, EnumSet.allOf(FaultyStorage.Fault.class));
      for (String name :
          List.of(
              "000000010000000000000003",
              "000000010000000000000004",
              "000000010000000000000006",
              "00000002.history",
              "000000020000000000000008")) {
        Answer answer = ask(name);
        assertNotEquals(Outcome.ABSENT, answer.outcome(), () -> faulty + ": " + answer.message());
        Files.deleteIfExists(target);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "44, 1", "1, 255", "2, 255", "43, 255", "126, 255", "143, 255", "255, 255"})
  void theShellLineTranslates(int program, int expected) throws Exception {
    assertEquals(expected, run(RestoreCommand.shell(List.of("sh", "-c", "exit " + program))));
  }

  @Test
  void theShellLineTranslatesDeathAndWhatCannotBeRun() throws Exception {
    assertEquals(255, run(RestoreCommand.shell(List.of("sh", "-c", "kill -9 $$"))));
    assertEquals(255, run(RestoreCommand.shell(List.of("/no such program"))));
  }

  @Test
  void theShellLineTakesWhatWaitsInTheSpool() throws Exception {
    Path spool = Files.createDirectories(folder.resolve("pg_wal/walden.spool"));
    Files.writeString(spool.resolve("NAME"), "content");
    String line = RestoreCommand.shell(List.of("sh", "-c", "exit 3"));
    assertEquals(0, run(line));
    assertEquals("content", Files.readString(folder.resolve("pg_wal/RECOVERYXLOG")));
    assertEquals(255, run(line));
  }

  @Test
  void theShellLinePassesWordsOnAsTheyAre() throws Exception {
    Path file = folder.resolve("o'brien 100% $HOME \\ \"x\"; exit 1");
    String line =
        RestoreCommand.shell(
            List.of("sh", "-c", "printf '%s|' \"$@\" > \"$0\"; exit 44", file.toString(), "a b"));
    RecoveryConfiguration.builder(dev.walden.cluster.PgVersion.PG_18, TimelineId.FIRST)
        .restoreCommand(line)
        .build();
    assertEquals(1, run(line));
    assertEquals("a b|NAME|pg_wal/RECOVERYXLOG|", Files.readString(file));
  }

  /** As {@code BuildRestoreCommand} in {@code src/common/archive.c} does. */
  private int run(String restoreCommand) throws Exception {
    String command =
        restoreCommand
            .replace("%%", "\0")
            .replace("%f", "NAME")
            .replace("%p", "pg_wal/RECOVERYXLOG")
            .replace("\0", "%");
    Process process =
        new ProcessBuilder("/bin/sh", "-c", command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor();
  }
}
