package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WAL holds the data: no other user of the machine may read it, or put any there. */
class SpoolPermissionsTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  @TempDir Path directory;

  private static SegmentPool pool(Path spool) throws IOException {
    return SegmentPool.in(spool, SIZE, 1 << 30);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void chmod(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static void append(SegmentPool pool) throws Exception {
    try (OpenSegment segment =
        pool.open(new WalSegment(TimelineId.FIRST, 1, SIZE), 0, 1000).orElseThrow()) {
      segment.append(ByteBuffer.wrap(new byte[100]));
    }
  }

  @Test
  void onlyTheOwnerReadsASpool() throws Exception {
    Path spool = directory.resolve("new/spool");
    append(pool(spool));
    SpoolLock.of(spool).close();
    assertEquals("rwx------", permissions(spool));
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file : files.toList()) {
        assertEquals("rw-------", permissions(file), file::toString);
      }
    }
  }

  @Test
  void filesThatOthersCouldReadAreTakenFromThem() throws Exception {
    Path spool = Files.createDirectory(directory.resolve("spool"));
    append(pool(spool));
    Path file;
    try (Stream<Path> files = Files.list(spool)) {
      file = files.findFirst().orElseThrow();
    }
    chmod(file, "rw-r--r--");
    append(pool(spool));
    assertEquals("rw-------", permissions(file));
  }

  @Test
  void aSpoolThatOthersCanWriteIsRefused() throws Exception {
    Path spool = Files.createDirectory(directory.resolve("spool"));
    for (String open : new String[] {"rwxrwx---", "rwxr-xrwx"}) {
      chmod(spool, open);
      IOException refusal = assertThrows(IOException.class, () -> pool(spool));
      assertTrue(refusal.getMessage().contains("chmod 0700"), refusal::getMessage);
    }
    chmod(spool, "rwxr-x---");
    append(pool(spool));
  }
}
