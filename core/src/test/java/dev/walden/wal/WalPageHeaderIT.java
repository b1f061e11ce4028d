package dev.walden.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.cluster.ControlFile;
import dev.walden.cluster.PgVersion;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalPageHeaderIT {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void readsEveryPageOfAServer(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    ControlFile control;
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
            .segmentSize(SIZE)
            .setting("wal_keep_size", "64MB")
            .create()) {
      server.execute("CREATE TABLE t AS SELECT generate_series(1, 100000) AS i");
      server.stop();
      control = ControlFile.read(server.dataDirectory());
    }
    Lsn last = control.checkpoint().location();
    WalSegment segment = WalSegment.containing(TimelineId.FIRST, last, SIZE);
    int continued = 0;
    for (int i = 0; i < 3; i++) {
      continued += readPages(segment, last, control);
      segment = new WalSegment(TimelineId.FIRST, segment.number() - 1, SIZE);
    }
    assertTrue(continued > 10, "records continued on " + continued + " pages");
  }

  private int readPages(WalSegment segment, Lsn last, ControlFile control) throws Exception {
    Path file = folder.resolve("data/pg_wal").resolve(segment.toString());
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    int continued = 0;
    for (int at = 0; at < SIZE.bytes(); at += WalPageHeader.PAGE_SIZE) {
      Lsn address = segment.start().plus(at);
      if (address.isAfter(last)) {
        break;
      }
      WalPageHeader page = WalPageHeader.parse(file.toString(), at, bytes.position(at));
      assertEquals(address, page.pageAddress());
      assertEquals(TimelineId.FIRST, page.timeline());
      assertEquals(control.version(), PgVersion.ofWalMagic(page.magic()));
      assertEquals(at == 0, page.isLong());
      assertEquals(page.continuesRecord(), page.remainingLength() > 0);
      if (page.isLong()) {
        assertEquals(control.systemIdentifier().value(), page.systemIdentifier());
        assertEquals(SIZE.bytes(), page.segmentSize());
      }
      continued += page.continuesRecord() ? 1 : 0;
    }
    return continued;
  }
}
