package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.cluster.PgVersion;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against pg_walinspect, which reads with the code of the server's own recovery. */
class WalReaderIT {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"15,logical", "16,replica", "17,logical", "18,replica", "18,logical"})
  void agreesWithPgWalinspect(int major, String walLevel) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    try (PostgresServer server =
        WalWorkload.server(PostgresBinaries.of(major), folder.resolve("data"), walLevel)) {
      server.execute("CREATE EXTENSION pg_walinspect");
      WalWorkload.run(server, 1);
      Lsn end = Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
      SegmentDirectory wal = new SegmentDirectory(server.dataDirectory().resolve("pg_wal"));
      Lsn start = wal.start(WalWorkload.SIZE);
      try (WalReader reader =
              WalReader.builder(wal, WalWorkload.SIZE).from(start).until(end).build();
          Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("SET timezone = 'UTC'");
        statement.setFetchSize(1000);
        try (ResultSet rows =
            statement.executeQuery(
                "SELECT start_lsn, record_length - fpi_length, record_length, xid, prev_lsn,"
                    + " resource_manager, record_type, end_lsn, main_data_length, fpi_length,"
                    + " coalesce(description, ''), coalesce(block_ref, '') FROM pg_get_wal_records_info('"
                    + start.plus(40)
                    + "', '"
                    + end
                    + "')")) {
          compare(reader, rows, major, end);
        }
      }
    }
  }

  private static void compare(WalReader reader, ResultSet rows, int major, Lsn end)
      throws Exception {
    int count = 0;
    PrintedBody bodies = new PrintedBody();
    Set<ResourceManager> managers = new HashSet<>();
    while (rows.next()) {
      assertTrue(reader.next(), () -> "no record; " + reader.end() + " before " + line(rows));
      WalRecord record = reader.record();
      assertEquals(line(rows), PrintedRecord.head(record));
      assertEquals(PrintedRecord.lsn(rows.getString(8)), record.endLsn().toString());
      assertEquals(rows.getLong(9), record.mainDataLength(), record::toString);
      assertEquals(rows.getLong(10), record.imageLength(), record::toString);
      assertEquals(PrintedRecord.blocks(rows.getString(12)), PrintedRecord.blocks(record));
      assertEquals(PrintedRecord.images(rows.getString(12)), PrintedRecord.images(record));
      assertEquals(PgVersion.ofMajor(major), record.version());
      bodies.check(record, rows.getString(11));
      managers.add(record.resourceManager());
      count++;
    }
    assertTrue(!reader.next() && reader.end().isPresent());
    assertEquals(WalEnd.Reason.END_REACHED, reader.end().get().reason());
    assertEquals(end, reader.end().get().lsn());
    assertTrue(count > 20_000, count + " records");
    assertTrue(managers.size() >= 19, managers.toString());
    assertTrue(bodies.seen().size() >= 17, bodies.seen().toString());
  }

  private static String line(ResultSet rows) {
    try {
      return String.format(
          "%s %s/%s xid %s prev %s %s %s",
          PrintedRecord.lsn(rows.getString(1)),
          rows.getString(2),
          rows.getString(3),
          rows.getString(4),
          PrintedRecord.lsn(rows.getString(5)),
          rows.getString(6),
          rows.getString(7));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
