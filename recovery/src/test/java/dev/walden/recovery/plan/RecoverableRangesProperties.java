package dev.walden.recovery.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoverableRange;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.points.RecoverablePoints;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.RandomWal;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * What is shown as recoverable is what plans accept: with missing and damaged WAL, with {@code
 * wal_level = minimal}, and along every timeline.
 */
class RecoverableRangesProperties {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final int CHECKED = 40;

  private record Written(TimelineId timeline, GeneratedRecord record) {}

  private final List<Written> records = new ArrayList<>();
  private InMemoryStorage storage;
  private ArchiveStore archive;
  private Random random;

  @Tag("long")
  @Property(tries = 20)
  void everyPointInsideIsPlannedAndNoneOutside(@ForAll long seed) throws IOException {
    random = new Random(seed);
    records.clear();
    storage = new InMemoryStorage();
    ClusterIdentity cluster =
        new ClusterIdentity(
            new SystemIdentifier(4711),
            WalSegmentSize.ofMegabytes(1),
            PgVersion.ofMajor(14 + random.nextInt(5)));
    archive = ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), cluster);
    grow(GeneratedWal.begin(cluster, NOON));
    if (random.nextInt(3) > 0) {
      harm(cluster);
    }
    List<RecoverableRange> shown = RecoveryPlanner.of(archive).recoverable();
    assertEquals(
        shown,
        RecoverablePoints.of(archive).everyTimeline().coverage().stream()
            .flatMap(timeline -> timeline.ranges().stream())
            .toList());
    ArchiveContents contents = ArchiveContents.read(archive);
    for (TimelineHistory history : Recoverable.histories(contents.wal())) {
      for (int i = 0; i < CHECKED; i++) {
        Written any = records.get(random.nextInt(records.size()));
        if (history.timelineAt(any.record().lsn()).equals(any.timeline())) {
          check(any.record(), history.timeline(), shown, contents);
        }
      }
    }
  }

  private void check(
      GeneratedRecord record,
      TimelineId along,
      List<RecoverableRange> shown,
      ArchiveContents contents)
      throws IOException {
    boolean inside =
        shown.stream()
            .anyMatch(
                range ->
                    range.timeline().equals(along)
                        && !record.endLsn().isBefore(range.start())
                        && !record.endLsn().isAfter(range.end()));
    String answer = "planned";
    try {
      RecoveryPlan plan =
          RecoveryPlanner.of(contents, archive)
              .targetTimeline(RecoveryTargetTimeline.of(along))
              .action(RecoveryTargetAction.SHUTDOWN)
              .plan(RecoveryTarget.lsn(record.lsn()));
      assertEquals(record.endLsn(), plan.stop().orElseThrow().lsn());
    } catch (RecoveryImpossibleException e) {
      answer = e.getMessage();
    }
    assertEquals(
        inside,
        answer.equals("planned"),
        record + " along timeline " + along + "\n" + answer + "\n" + shown);
  }

  private void grow(GeneratedWal wal) throws IOException {
    Instant time = NOON.plusSeconds(60 * wal.timeline().value());
    for (int i = random.nextInt(3) + 1; i > 0; i--) {
      some(wal, time);
      if (random.nextInt(3) == 0) {
        level(wal, WalLevel.MINIMAL);
        some(wal, time);
        level(wal, WalLevel.REPLICA);
        some(wal, time);
      }
      if (random.nextInt(4) > 0) {
        wal.backup(time.plusSeconds(20)).into(archive);
      }
      some(wal, time);
      time = time.plusSeconds(25);
    }
    GeneratedRecord fork = wal.lastRecord();
    if (random.nextBoolean()) {
      wal.switchSegment();
    }
    wal.archiveInto(archive);
    if (random.nextInt(2) == 0 && wal.timeline().value() < 4) {
      grow(wal.fork().after(fork).promoted(time));
    }
  }

  private void some(GeneratedWal wal, Instant time) {
    RandomWal more = new RandomWal(wal, random, time).add(random.nextInt(12));
    more.records().forEach(record -> records.add(new Written(wal.timeline(), record)));
    if (random.nextInt(3) == 0) {
      records.add(new Written(wal.timeline(), wal.filler(random.nextInt(2 << 20))));
    }
  }

  private void level(GeneratedWal wal, WalLevel level) {
    Settings settings = new Settings(level, false, 100, 8, 10, 10, 64, false);
    records.add(new Written(wal.timeline(), wal.parameterChange(settings)));
  }

  /** Removes a segment, or damages it; the index is lost with it. */
  private void harm(ClusterIdentity cluster) throws IOException {
    List<String> segments =
        storage.list(cluster.systemIdentifier() + "/wal/", "", 10_000).stream()
            .map(StoredObject::name)
            .filter(name -> name.matches(".*/[0-9A-F]{24}(\\.zst)?"))
            .toList();
    String name = segments.get(random.nextInt(segments.size()));
    byte[] content;
    try (InputStream stream = storage.open(name, 0, Long.MAX_VALUE)) {
      content = stream.readAllBytes();
    }
    storage.delete(name);
    if (random.nextBoolean()) {
      content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
      storage.put(name, ObjectSource.of(content));
    }
    for (StoredObject object : storage.list(cluster.systemIdentifier() + "/index/", "", 10_000)) {
      storage.delete(object.name());
    }
  }
}
