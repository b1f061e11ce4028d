package dev.walden.benchmarks;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.EncodingOutputStream;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Plans over an archive of about a million segments: their names are listed and their index is
 * stored as an archive stores it, but only the backup and the last segments hold WAL.
 */
public final class PlanMany {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final int PER_GROUP = 256;
  private static final int GROUPS = 3907;
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(
          new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(16), PgVersion.PG_17);

  private PlanMany() {}

  /** Arguments: {@code age} to encrypt the index. */
  public static void main(String[] arguments) throws IOException {
    ArchiveSettings settings = ArchiveSettings.defaults();
    if (List.of(arguments).contains("age")) {
      AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
      settings = settings.encryptTo(identity.recipient()).decryptWith(identity);
    }
    long end = (GROUPS + 1L) * PER_GROUP;
    ListedStorage storage =
        new ListedStorage("4711/wal/", CLUSTER.segmentSize(), PER_GROUP, end - 1);
    try (ArchiveStore archive = ArchiveStore.openOrCreate(storage, settings, CLUSTER)) {
      GeneratedWal begin = GeneratedWal.begin(CLUSTER, NOON, PER_GROUP - 1);
      begin.backup(NOON).into(archive);
      for (int group = 1; group <= GROUPS; group++) {
        index(storage, settings, group);
      }
      Instant last = time(GROUPS + 1);
      GeneratedWal tip = GeneratedWal.begin(CLUSTER, last, end);
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 1000; j++) {
          tip.commit(xid(GROUPS + 1) + 1000L * i + j, last.plusSeconds(1000L * i + j));
        }
        tip.switchSegment();
      }
      tip.archiveInto(archive);
      for (int round = 0; round < 5; round++) {
        plan(archive, RecoveryTarget.time(last.plusSeconds(1500)));
        plan(archive, RecoveryTarget.transaction(xid(GROUPS + 1) + 2500));
        plan(archive, RecoveryTarget.latest());
      }
    }
    System.out.printf("heap at most %d MB%n", Runtime.getRuntime().maxMemory() / 1_000_000);
  }

  private static Instant time(int group) {
    return NOON.plus(Duration.ofHours(group));
  }

  private static long xid(int group) {
    return 1000 + 100_000L * group;
  }

  /** What 256 segments full of commits would leave in the index, condensed. */
  private static void index(ListedStorage storage, ArchiveSettings settings, int group)
      throws IOException {
    WalSegment first =
        new WalSegment(TimelineId.FIRST, (long) group * PER_GROUP, CLUSTER.segmentSize());
    WalSegment last =
        new WalSegment(TimelineId.FIRST, first.number() + PER_GROUP - 1, CLUSTER.segmentSize());
    String json =
        String.format(
            Locale.ROOT,
            "{\"format\":1,\"segmentSize\":16777216,\"outlines\":[{\"firstSegment\":\"%s\","
                + "\"lastSegment\":\"%s\",\"version\":17,\"records\":40000000,\"firstRecord\":"
                + "\"%s\",\"lastRecordEnd\":\"%s\",\"transactions\":{\"count\":90000,\"first\":"
                + "\"%s\",\"last\":\"%s\",\"lowest\":\"%s\",\"highest\":\"%s\",\"lowestXid\":%d,"
                + "\"xids\":90000},\"events\":[{\"event\":\"restorePoint\",\"lsn\":\"%s\","
                + "\"endLsn\":\"%s\",\"time\":\"%s\",\"name\":\"hour %d\"}]}]}%n",
            first,
            last,
            first.start().plus(40),
            last.end(),
            time(group),
            time(group).plusSeconds(3599),
            time(group),
            time(group).plusSeconds(3599),
            xid(group) & 0xFFFFFFFFL,
            first.start().plus(40),
            first.start().plus(144),
            time(group),
            group);
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (EncodingOutputStream out = settings.codec().encode(encoded)) {
      out.write(json.getBytes(StandardCharsets.UTF_8));
      out.finish();
    }
    String log = first.toString().substring(0, 16);
    storage.put(
        "4711/index/00000001/" + log + ".condensed.json" + settings.codec().suffix(),
        ObjectSource.of(encoded.toByteArray()));
  }

  private static void plan(ArchiveStore archive, RecoveryTarget target) throws IOException {
    long start = System.nanoTime();
    ArchiveContents contents = ArchiveContents.read(archive);
    long listed = System.nanoTime();
    RecoveryPlan plan = RecoveryPlanner.of(contents, archive).plan(target);
    long planned = System.nanoTime();
    System.out.printf(
        Locale.ROOT,
        "%d segments: listed in %.2f s, planned in %.2f s: stops at %s%n",
        contents.wal().segmentCount(),
        (listed - start) / 1e9,
        (planned - listed) / 1e9,
        plan.stop().orElseThrow().lsn());
  }
}
