package dev.walden.testing.wal;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.record.RelFileLocator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Adds random records to generated WAL, the same for the same {@link Random}: transactions whose
 * times repeat and step back, restore points whose names repeat, and records that end at and around
 * the boundaries of pages and segments.
 */
public final class RandomWal {
  private static final int MAX_PREPARED = 4;
  private static final int PAGE = WalPageHeader.PAGE_SIZE;

  private final GeneratedWal wal;
  private final Random random;
  private final Map<Long, TransactionParts> prepared = new TreeMap<>();
  private final Map<Long, Boolean> ended = new TreeMap<>();
  private final List<GeneratedRecord> records = new ArrayList<>();
  private Instant time;

  /** Adds to {@code wal}; times begin around {@code time} and tend to increase. */
  public RandomWal(GeneratedWal wal, Random random, Instant time) {
    this.wal = wal;
    this.random = random;
    this.time = time;
  }

  /** Adds some records. Every twentieth or so is a new segment. */
  public RandomWal add(int count) {
    for (int i = 0; i < count; i++) {
      add();
    }
    return this;
  }

  /** The transactions that have ended, with their subtransactions: whether they committed. */
  public Map<Long, Boolean> ended() {
    return Map.copyOf(ended);
  }

  /** The written records, except switches and checkpoints. */
  public List<GeneratedRecord> records() {
    return List.copyOf(records);
  }

  private void add() {
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> end(true, wal.nextXid(), parts());
      case 5, 6 -> end(false, wal.nextXid(), parts());
      case 7 -> prepare();
      case 8, 9 -> endPrepared();
      case 10, 11 -> records.add(wal.restorePoint("point " + random.nextInt(5), time()));
      case 12 -> wal.checkpoint(time());
      case 13 -> longCheckpoint();
      case 14 -> records.add(wal.message("random", noise(random.nextInt(3 * PAGE))));
      case 15 -> records.add(wal.filler(random.nextInt(random.nextBoolean() ? 100 : 20 * PAGE)));
      case 16, 17, 18 -> toABorder();
      default -> wal.switchSegment();
    }
  }

  /** Often the same as before, sometimes earlier. */
  private Instant time() {
    int step = random.nextInt(10);
    if (step > 3) {
      time = time.plus(random.nextInt(2_000_000), ChronoUnit.MICROS);
    }
    return step == 0 ? time.minus(random.nextInt(5_000_000), ChronoUnit.MICROS) : time;
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private TransactionParts parts() {
    TransactionParts parts = TransactionParts.none();
    long xid = wal.nextXid();
    for (int i = random.nextInt(8) - 5; i > 0; i--) {
      parts = parts.with(xid + i);
    }
    if (random.nextInt(4) == 0) {
      RelFileLocator file = new RelFileLocator(1663, 5, 1_000_000L + random.nextInt(1000));
      // two of each, to detect a wrong length of one
      RelFileLocator other = new RelFileLocator(1663, 5, file.relation() + 1000);
      parts = parts.inDatabase(5).dropping(file, other).droppingStatistics(file, other);
    }
    return parts;
  }

  private void end(boolean commit, long xid, TransactionParts parts) {
    Instant at = time();
    records.add(commit ? wal.commit(xid, at, parts) : wal.abort(xid, at, parts));
    ended(commit, xid, parts);
  }

  private void ended(boolean commit, long xid, TransactionParts parts) {
    ended.put(xid, commit);
    parts.subtransactions().forEach(child -> ended.put(child, commit));
  }

  private void prepare() {
    if (prepared.size() < MAX_PREPARED) {
      long xid = wal.nextXid();
      TransactionParts parts = parts();
      records.add(wal.prepare(xid, "gid " + xid, time(), parts));
      prepared.put(xid, parts);
    }
  }

  private void endPrepared() {
    if (!prepared.isEmpty()) {
      long xid = List.copyOf(prepared.keySet()).get(random.nextInt(prepared.size()));
      boolean commit = random.nextBoolean();
      Instant at = time();
      records.add(commit ? wal.commitPrepared(xid, at) : wal.abortPrepared(xid, at));
      ended(commit, xid, prepared.remove(xid));
    }
  }

  private void longCheckpoint() {
    Lsn redo = wal.beginCheckpoint();
    for (int i = random.nextInt(4); i > 0; i--) {
      end(random.nextBoolean(), wal.nextXid(), parts());
    }
    wal.completeCheckpoint(redo, time());
  }

  /** To the end of a page, or a few bytes before or after it. */
  private void toABorder() {
    int unit = random.nextInt(3) == 0 ? wal.cluster().segmentSize().bytes() : PAGE;
    Lsn border = new Lsn((wal.end().plus(2L * PAGE).value() & -unit) + unit);
    int[] distances = {-32, -24, -16, -8, 0, WalPageHeader.LONG + 8};
    records.add(wal.fillTo(border.plus(distances[random.nextInt(distances.length)])));
  }
}
