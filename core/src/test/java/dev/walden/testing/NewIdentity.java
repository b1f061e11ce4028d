package dev.walden.testing;

import dev.walden.cluster.ControlFile;
import dev.walden.cluster.PgVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * Gives the copy of a cleanly stopped cluster its own system identifier.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h}, {@code XLogLongPageHeaderData} in {@code
 * src/include/access/xlog_internal.h}; {@code BootStrapXLOG} in {@code
 * src/backend/access/transam/xlog.c} for what identifiers are made of.
 */
final class NewIdentity {
  private static final int CRC = 288;
  private static final int CRC_18 = 292;
  private static final int IDENTIFIER_IN_WAL = 24;
  private static final String SEGMENTS = "[0-9A-F]".repeat(24);

  private NewIdentity() {}

  static void give(Path data) throws IOException {
    long identifier = identifier();
    giveControlFile(data, identifier);
    try (DirectoryStream<Path> segments =
        Files.newDirectoryStream(data.resolve("pg_wal"), SEGMENTS)) {
      for (Path segment : segments) {
        giveSegment(segment, identifier);
      }
    }
  }

  private static long identifier() {
    Instant now = Instant.now();
    long process = ProcessHandle.current().pid() & 0xFFF;
    return now.getEpochSecond() << 32 | (long) (now.getNano() / 1000) << 12 | process;
  }

  private static void giveControlFile(Path data, long identifier) throws IOException {
    ControlFile before = ControlFile.read(data);
    int end = before.version() == PgVersion.PG_18 ? CRC_18 : CRC;
    ByteBuffer bytes = ByteBuffer.wrap(before.content()).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(bytes.putLong(0, identifier).slice(0, end));
    bytes.putInt(end, (int) crc.getValue());
    Files.write(data.resolve("global").resolve("pg_control"), bytes.array());
  }

  /** The first page of each segment names the cluster; a page itself has no checksum. */
  private static void giveSegment(Path segment, long identifier) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (file.read(bytes, IDENTIFIER_IN_WAL) == Long.BYTES && bytes.getLong(0) != 0) {
        file.write(bytes.putLong(0, identifier).rewind(), IDENTIFIER_IN_WAL);
      }
    }
  }
}
