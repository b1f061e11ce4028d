package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.record.TransactionBody.Assignment;
import dev.walden.wal.record.TransactionBody.Detail;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.TransactionBody.Origin;
import dev.walden.wal.record.TransactionBody.Outcome;
import dev.walden.wal.record.TransactionBody.Prepare;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reads the bodies of the resource manager Transaction. */
final class TransactionBodyReader {

  private TransactionBodyReader() {}

  private static boolean has(long info, int flag) {
    return (info & flag) != 0;
  }

  /** Reads the end of a transaction. */
  static End end(WalRecord record, Outcome outcome, RecordDataReader in)
      throws CorruptFileException {
    Instant time = in.timestamp();
    if ((record.info() & 0x80) == 0) {
      return new End(outcome, record.xid(), time, List.of(), List.of(), Detail.NONE);
    }
    long info = in.u32();
    long database = 0;
    if (has(info, 0x001)) {
      database = in.u32();
      in.u32();
    }
    List<Long> subtransactions = has(info, 0x002) ? in.numbers(in.i32()) : List.of();
    List<RelFileLocator> files = has(info, 0x004) ? in.locators() : List.of();
    int statistics = has(info, 0x100) ? statistics(record.version(), in) : 0;
    int invalidations = 0;
    if (has(info, 0x008)) {
      invalidations = in.count(16);
      in.skip(16L * invalidations);
    }
    boolean prepared = has(info, 0x010);
    long xid = prepared ? in.u32() : record.xid();
    Optional<String> gid = prepared && has(info, 0x080) ? Optional.of(in.text()) : Optional.empty();
    Optional<Origin> origin =
        has(info, 0x020) ? Optional.of(new Origin(in.lsn(), in.timestamp())) : Optional.empty();
    Detail detail = new Detail(info, database, statistics, invalidations, gid, origin);
    return new End(outcome, xid, time, subtransactions, files, detail);
  }

  private static int statistics(PgVersion version, RecordDataReader in)
      throws CorruptFileException {
    int item = statisticsItem(version);
    int count = in.count(item);
    in.skip((long) item * count);
    return count;
  }

  private static int statisticsItem(PgVersion version) {
    return version.compareTo(PgVersion.PG_18) >= 0 ? 16 : 12;
  }

  /** Reads a prepared transaction. */
  static Prepare prepare(PgVersion version, RecordDataReader in) throws CorruptFileException {
    boolean withStatistics = version.compareTo(PgVersion.PG_15) >= 0;
    in.skip(8);
    long xid = in.u32();
    long database = in.u32();
    Instant time = in.timestamp();
    in.skip(4);
    int subtransactions = in.i32();
    int onCommit = in.i32();
    int onAbort = in.i32();
    in.skip((withStatistics ? 8 : 0) + 4 + 1 + 1);
    int gidLength = in.u16();
    in.skip(16);
    String gid = in.text(gidLength);
    in.align();
    List<Long> children = in.numbers(subtransactions);
    in.align();
    List<RelFileLocator> commitFiles = in.locators(onCommit);
    in.align();
    return new Prepare(xid, database, time, gid, children, commitFiles, in.locators(onAbort));
  }

  /** Reads an assignment. */
  static Assignment assignment(RecordDataReader in) throws CorruptFileException {
    return new Assignment(in.u32(), in.numbers(in.i32()));
  }
}
