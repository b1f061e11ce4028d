package dev.walden.recovery.agreement;

import dev.walden.archive.inventory.WalPath;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.record.ChangedRow;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.ResourceManager;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.TransactionBody.Prepare;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalRecord;
import dev.walden.wal.record.XlogBody.RestorePoint;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Draws targets: what the WAL of a timeline holds, what lies beside that, and the impossible. */
final class AgreementTargets {
  private final List<Lsn> positions = new ArrayList<>();
  private final List<Long> xids = new ArrayList<>();
  private final List<Instant> times = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  AgreementTargets(SeenArchive seen, TimelineHistory history, Lsn from) throws IOException {
    WalPath path = new WalPath(seen.inventory(), history);
    var size = seen.archive().cluster().segmentSize();
    try (WalReader reader =
        WalReader.builder(seen.archive()::open, size)
            .timelines(number -> path.segment(size.startOf(number)).timeline())
            .from(from)
            .build()) {
      while (reader.next()) {
        // what drops databases is rare
        int often = isOfDatabase(reader.record()) ? 200 : 1;
        positions.addAll(Collections.nCopies(often, reader.record().lsn()));
        collect(reader.record().body().orElse(null));
      }
    }
  }

  private static boolean isOfDatabase(WalRecord record) {
    return record.resourceManager() == ResourceManager.DATABASE
        || ChangedRow.of(record).filter(row -> row.relation().tablespace() == 1664).isPresent();
  }

  private void collect(RecordBody body) {
    if (body instanceof End end) {
      xids.add(end.xid());
      xids.addAll(end.subtransactions().stream().limit(2).toList());
      times.add(end.time());
    } else if (body instanceof Prepare prepare) {
      xids.add(prepare.xid());
    } else if (body instanceof RestorePoint point && !point.name().isEmpty()) {
      names.add(point.name());
    }
  }

  RecoveryTarget draw(Random random) {
    if (positions.isEmpty()) {
      return RecoveryTarget.latest();
    }
    boolean inclusive = random.nextBoolean();
    switch (random.nextInt(12)) {
      case 0:
        return RecoveryTarget.latest();
      case 1:
        return RecoveryTarget.immediate();
      case 2, 3, 4:
        Lsn lsn = position(random);
        return inclusive ? RecoveryTarget.lsn(lsn) : RecoveryTarget.beforeLsn(lsn);
      case 5, 6, 7:
        long xid = random.nextInt(10) == 0 || xids.isEmpty() ? 100_000_000L : any(random, xids);
        return inclusive ? RecoveryTarget.transaction(xid) : RecoveryTarget.beforeTransaction(xid);
      case 8, 9:
        Instant time = time(random);
        return inclusive ? RecoveryTarget.time(time) : RecoveryTarget.beforeTime(time);
      default:
        return RecoveryTarget.name(
            random.nextInt(10) == 0 || names.isEmpty() ? "no such point" : any(random, names));
    }
  }

  /** Where some record begins, if there is one. */
  Optional<Lsn> record(Random random) {
    return positions.isEmpty() ? Optional.empty() : Optional.of(any(random, positions));
  }

  private Lsn position(Random random) {
    if (random.nextInt(12) == 0) {
      return positions.get(positions.size() - 1).plus(1 + random.nextInt(1 << 22));
    }
    return any(random, positions).plus(new int[] {0, 0, 0, 1, -1, 8, -8}[random.nextInt(7)]);
  }

  private Instant time(Random random) {
    if (times.isEmpty() || random.nextInt(12) == 0) {
      return Instant.parse("2040-01-01T00:00:00Z");
    }
    return any(random, times).plus(random.nextInt(3) - 1, ChronoUnit.MICROS);
  }

  private static <T> T any(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
