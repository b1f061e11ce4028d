package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A crash loses the rest of a record that goes on in the next segment; the server then overwrites
 * it, as every server since 14.1 does.
 */
class OverwrittenContrecordIT {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void dropsTheRecordThatWasNeverCompleted(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    Path data = folder.resolve("data");
    try (PostgresServer server = WalWorkload.server(PostgresBinaries.of(major), data, "replica")) {
      server.execute(
          major == 14 ? "SELECT 1" : "CREATE EXTENSION pg_walinspect", "CREATE TABLE t (i int)");
      Lsn before = Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
      server.execute("SELECT pg_logical_emit_message(true, 'lost', repeat('x', 1500000))");
      server.kill();
      SegmentDirectory wal = new SegmentDirectory(data.resolve("pg_wal"));
      Lsn lost = find(wal, before);
      WalSegment next = segment(lost).next();
      for (WalSegment s : new WalSegment[] {next, next.next()}) {
        Files.write(wal.path().resolve(s.toString()), new byte[WalWorkload.SIZE.bytes()]);
      }
      WalEnd end = readToEnd(wal, before);
      assertEquals(WalEnd.Reason.ZEROS, end.reason());
      assertEquals(lost, end.lsn());
      server.start();
      server.execute("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)", "CHECKPOINT");
      Lsn until = Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
      compare(server, wal, before, lost, until);
      VerifiedStream stream = new VerifiedStream(wal);
      for (Lsn start : new Lsn[] {before, next.start()}) {
        stream.begin(TimelineId.FIRST, start);
        stream.validTo(TimelineId.FIRST, until);
      }
      refusesAnother(wal, before, next);
    }
  }

  private static Lsn find(SegmentDirectory wal, Lsn from) throws Exception {
    try (WalReader reader = WalReader.builder(wal, WalWorkload.SIZE).from(from).build()) {
      while (reader.next()) {
        if (reader.record().body().orElse(null) instanceof LogicalMessage) {
          return reader.record().lsn();
        }
      }
    }
    throw new AssertionError("no message");
  }

  private static WalEnd readToEnd(SegmentDirectory wal, Lsn from) throws Exception {
    return SampleSegments.end(WalReader.builder(wal, WalWorkload.SIZE).from(from));
  }

  private static WalSegment segment(Lsn lsn) {
    return WalSegment.containing(TimelineId.FIRST, lsn, WalWorkload.SIZE);
  }

  private static void compare(
      PostgresServer server, SegmentDirectory wal, Lsn from, Lsn lost, Lsn until) throws Exception {
    int overwritten = 0;
    int count = 0;
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            server.binaries().major() == 14
                ? null
                : statement.executeQuery(
                    "SELECT start_lsn, prev_lsn, end_lsn FROM pg_get_wal_records_info('"
                        + from
                        + "', '"
                        + until
                        + "')");
        WalReader reader =
            WalReader.builder(wal, WalWorkload.SIZE).from(from).until(until).build()) {
      while (reader.next()) {
        WalRecord record = reader.record();
        count++;
        if (rows != null) {
          assertTrue(rows.next());
          assertEquals(PrintedRecord.lsn(rows.getString(1)), record.lsn().toString());
          assertEquals(PrintedRecord.lsn(rows.getString(2)), record.previous().toString());
          assertEquals(PrintedRecord.lsn(rows.getString(3)), record.endLsn().toString());
        }
        if (record.body().orElse(null) instanceof XlogBody.OverwriteContrecord body) {
          assertEquals(lost, body.overwritten());
          assertTrue(record.previous().isBefore(lost));
          assertEquals(segment(lost).end().plus(40), record.lsn());
          overwritten++;
        }
      }
      assertEquals(WalEnd.Reason.END_REACHED, reader.end().orElseThrow().reason());
      assertFalse(rows != null && rows.next());
    }
    assertEquals(1, overwritten);
    assertTrue(count > 5, count + " records");
  }

  /** The same WAL, whose overwriting record names another LSN, with a right checksum. */
  private static void refusesAnother(SegmentDirectory wal, Lsn from, WalSegment segment)
      throws Exception {
    Path file = wal.path().resolve(segment.toString());
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = buffer.getInt(40);
    buffer.putLong(40 + 24 + 2, buffer.getLong(40 + 24 + 2) + 8);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 40 + 24, length - 24);
    crc.update(bytes, 40, 20);
    buffer.putInt(40 + 20, (int) crc.getValue());
    WalSource changed =
        s -> s.equals(segment) ? Optional.of(new ByteArrayInputStream(bytes)) : wal.open(s);
    WalEnd end = SampleSegments.end(WalReader.builder(changed, WalWorkload.SIZE).from(from));
    assertEquals(WalEnd.Reason.BAD_OVERWRITE, end.reason(), end::toString);
  }
}
