package dev.walden.recovery.plan;

import dev.walden.CorruptFileException;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.BackupId;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.ObjectDigest;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.ArchiveContents;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** A tree of timelines with an archive that holds some of their WAL, drawn by lot or by hand. */
public final class PlanWorld {
  public static final int SEGMENT = 1 << 20;
  static final int SEGMENTS = 14;
  public static final WalSegmentSize SIZE = new WalSegmentSize(SEGMENT);
  public static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(7), SIZE, PgVersion.PG_15);
  static final Instant EPOCH = Instant.parse("2026-11-22T00:00:00Z");

  /** Indexed by timeline; timeline 1 has parent 0. */
  final List<Integer> parents = new ArrayList<>(List.of(0, 0));

  final List<Long> begins = new ArrayList<>(List.of(0L, 0L));
  final Set<Long> segments = new TreeSet<>();
  public final Set<Integer> missingHistories = new TreeSet<>();
  final List<BaseBackup> backups = new ArrayList<>();
  final List<RecordedGap> gaps = new ArrayList<>();

  static PlanWorld random(Random random) {
    PlanWorld world = new PlanWorld();
    double present = new double[] {1, 0.97, 0.85}[random.nextInt(3)];
    int timelines = 1 + random.nextInt(4);
    for (int timeline = 2; timeline <= timelines; timeline++) {
      world.timeline(1 + random.nextInt(timeline - 1), position(random));
    }
    for (int timeline = 1; timeline <= timelines; timeline++) {
      long first = Math.max(1, world.begins.get(timeline) / SEGMENT);
      int length = random.nextInt(5) == 0 ? 0 : random.nextInt(SEGMENTS);
      long last = first + length - 1;
      for (long number = first; number <= Math.min(last, SEGMENTS); number++) {
        if (random.nextDouble() < present) {
          world.segment(timeline, number);
        }
      }
      if (random.nextInt(20) == 0) {
        world.missingHistories.add(timeline);
      }
    }
    for (int i = random.nextInt(5); i > 0; i--) {
      world.backup(1 + random.nextInt(timelines), random);
    }
    return world;
  }

  /** Often at or near a border of segments. */
  private static long position(Random random) {
    return (2L + random.nextInt(9)) * SEGMENT
        + new int[] {0, 40, SEGMENT / 2, SEGMENT - 32}[random.nextInt(4)];
  }

  private void backup(int timeline, Random random) {
    long start = position(random);
    long end = start + 100 + random.nextInt(2 * SEGMENT);
    int startTimeline = random.nextInt(10) == 0 ? 1 : owner(timeline, start + 64);
    int endTimeline = Math.max(startTimeline, owner(timeline, end - 1));
    backup(start, startTimeline, end, endTimeline, end / 4096 + random.nextInt(300));
  }

  /** A new timeline that leaves {@code parent} at {@code begin}. */
  public PlanWorld timeline(int parent, long begin) {
    parents.add(parent);
    begins.add(begin);
    return this;
  }

  public PlanWorld segment(int timeline, long number) {
    segments.add(number << 8 | timeline);
    return this;
  }

  public PlanWorld segments(int timeline, long first, long last) {
    for (long number = first; number <= last; number++) {
      segment(timeline, number);
    }
    return this;
  }

  boolean holds(int timeline, long number) {
    return segments.contains(number << 8 | timeline);
  }

  public PlanWorld backup(long start, int startTimeline, long end, int endTimeline, long second) {
    Instant ended = EPOCH.plusSeconds(second);
    BackupObject object =
        new BackupObject(
            "x", 1000, 100, new ObjectDigest(ObjectDigest.Algorithm.CRC32, "00000000"));
    backups.add(
        new BaseBackup(
            new BackupId(String.format(Locale.ROOT, "20261122T000000Z-%012x", backups.size())),
            CLUSTER,
            new Lsn(start),
            new TimelineId(startTimeline),
            new Lsn(start + 64),
            new Lsn(end),
            new TimelineId(endTimeline),
            ended.minusSeconds(10),
            ended,
            List.of(),
            List.of(object),
            object,
            object,
            List.of()));
    return this;
  }

  /** The timeline whose WAL a position is, on the way to {@code timeline}. */
  int owner(int timeline, long position) {
    return position >= begins.get(timeline) ? timeline : owner(parents.get(timeline), position);
  }

  /** From {@code timeline} to its oldest ancestor. */
  List<Integer> newestFirst(int timeline) {
    List<Integer> way = new ArrayList<>();
    for (int t = timeline; t > 0; t = parents.get(t)) {
      way.add(t);
    }
    return way;
  }

  private String history(int timeline) {
    int parent = parents.get(timeline);
    return (parent == 1 ? "" : history(parent) + "\n")
        + parent
        + "\t"
        + new Lsn(begins.get(timeline))
        + "\tno reason\n";
  }

  public ArchiveContents contents() {
    WalInventory.Builder wal = new WalInventory.Builder(CLUSTER);
    for (long segment : segments) {
      wal.segment(new WalSegment(new TimelineId(segment & 255), segment >> 8, SIZE), 1000);
    }
    for (int timeline = 2; timeline < parents.size(); timeline++) {
      if (!missingHistories.contains(timeline)) {
        wal.history(parse(timeline));
      }
    }
    gaps.forEach(wal::gap);
    return new ArchiveContents(CLUSTER, wal.build(), backups);
  }

  private TimelineHistory parse(int timeline) {
    try {
      return TimelineHistory.parse(
          new TimelineId(timeline), history(timeline).getBytes(StandardCharsets.UTF_8));
    } catch (CorruptFileException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int timeline = 1; timeline < parents.size(); timeline++) {
      text.append("timeline ").append(timeline).append(" from ").append(parents.get(timeline));
      text.append(" at ").append(new Lsn(begins.get(timeline))).append(':');
      for (long number = 0; number <= SEGMENTS; number++) {
        text.append(holds(timeline, number) ? " " + number : "");
      }
      text.append(missingHistories.contains(timeline) ? " without history\n" : "\n");
    }
    backups.forEach(
        b ->
            text.append(
                String.format(
                    "backup %s %s@%s..%s@%s %s%n",
                    b.id(),
                    b.startLsn(),
                    b.startTimeline(),
                    b.endLsn(),
                    b.endTimeline(),
                    b.endTime())));
    return text.toString();
  }

  /** For tests in other packages. */
  public static PlannedWal planned(WalInventory wal, WalRange range) {
    return PlannedWal.of(wal, range);
  }
}
