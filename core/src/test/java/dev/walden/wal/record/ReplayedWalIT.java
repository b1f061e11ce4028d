package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what the server knows of its transactions, and against its own crash recovery. */
class ReplayedWalIT {
  private static final Pattern REDO_DONE = Pattern.compile("redo done at ([0-9A-F]+/[0-9A-F]+)");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void transactionsAndTheEndAreThoseOfTheServer(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    try (PostgresServer server =
        WalWorkload.server(PostgresBinaries.of(major), folder.resolve("data"), "replica")) {
      long first = Long.parseLong(server.query("SELECT txid_current()"));
      WalWorkload.run(server, 3);
      Transactions transactions = new Transactions(server, first);
      transactions.compare();
      server.kill();
      List<Lsn> last = readToTheEnd(server);
      verify(server, last.get(1));
      server.start();
      Matcher log = REDO_DONE.matcher(server.log());
      assertTrue(log.find(), server.log());
      assertEquals(PrintedRecord.lsn(log.group(1)), last.get(0).toString());
      if (server.log().contains("invalid record length at")) {
        assertTrue(server.log().contains("length at " + last.get(1) + ":"), server.log());
      }
    }
  }

  /** Where the last record begins and ends. */
  private static List<Lsn> readToTheEnd(PostgresServer server) throws Exception {
    SegmentDirectory wal = new SegmentDirectory(server.dataDirectory().resolve("pg_wal"));
    Lsn last = Lsn.ZERO;
    try (WalReader reader =
        WalReader.builder(wal, WalWorkload.SIZE).from(wal.start(WalWorkload.SIZE)).build()) {
      while (reader.next()) {
        assertTrue(last.equals(Lsn.ZERO) || reader.record().previous().equals(last));
        last = reader.record().lsn();
      }
      WalEnd end = reader.end().orElseThrow();
      assertTrue(!end.followed(), end::toString);
      return List.of(last, end.lsn());
    }
  }

  /** As a stream that begins with any of the segments. */
  private static void verify(PostgresServer server, Lsn end) throws Exception {
    SegmentDirectory wal = new SegmentDirectory(server.dataDirectory().resolve("pg_wal"));
    VerifiedStream stream = new VerifiedStream(wal);
    for (Lsn start = wal.start(WalWorkload.SIZE);
        start.isBefore(end);
        start = start.plus(WalWorkload.SIZE.bytes())) {
      stream.begin(TimelineId.FIRST, start);
      stream.validTo(TimelineId.FIRST, end);
    }
  }

  private record Transactions(PostgresServer server, long first) {

    void compare() throws Exception {
      Map<Long, Instant> committed = new TreeMap<>();
      SegmentDirectory wal = new SegmentDirectory(server.dataDirectory().resolve("pg_wal"));
      long now = Long.parseLong(server.query("SELECT txid_current()"));
      Lsn end = Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
      try (WalReader reader =
          WalReader.builder(wal, WalWorkload.SIZE)
              .from(wal.start(WalWorkload.SIZE))
              .until(end)
              .build()) {
        while (reader.next()) {
          if (reader.record().body().orElse(null) instanceof TransactionBody.End ended
              && ended.outcome().isCommit()) {
            // the server keeps the time of the origin's commit for what was replicated
            Instant time =
                ended.detail().origin().map(TransactionBody.Origin::time).orElse(ended.time());
            committed.put(ended.xid(), time);
            ended.subtransactions().forEach(xid -> committed.put(xid, time));
          }
        }
      }
      committed.keySet().removeIf(xid -> xid < first || xid >= now);
      List<Long> all = new ArrayList<>(new TreeSet<>(committed.keySet()));
      String range = "generate_series(" + first + ", " + (now - 1) + ") x";
      assertEquals(
          all.stream().map(String::valueOf).collect(Collectors.joining(",")),
          server.query(
              "SELECT string_agg(x::text, ',' ORDER BY x) FROM "
                  + range
                  + " WHERE txid_status(x) = 'committed'"));
      assertEquals(
          committed.values().stream()
              .map(t -> t.getEpochSecond() + "." + String.format("%06d", t.getNano() / 1000))
              .collect(Collectors.joining(",")),
          server.query(
              "SELECT string_agg(extract(epoch FROM pg_xact_commit_timestamp(x::text::xid))::text,"
                  + " ',' ORDER BY x) FROM "
                  + range
                  + " WHERE txid_status(x) = 'committed'"));
      assertTrue(all.size() > 200, all.size() + " transactions");
    }
  }
}
