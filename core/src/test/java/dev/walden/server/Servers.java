package dev.walden.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.WalRange;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Real servers as the tests of this package need them. */
public final class Servers {
  private Servers() {}

  public static ServerAddress address(PostgresServer server) {
    return ReceiverFixture.address(server);
  }

  /** The server, by way of another port. */
  public static ServerAddress address(PostgresServer server, int port) {
    return address(server, port, "");
  }

  /** The server, by way of another port, with connection properties: {@code &name=value}. */
  public static ServerAddress address(PostgresServer server, int port, String properties) {
    return ServerAddress.of(
        "jdbc:postgresql://127.0.0.1:" + port + "/?user=" + server.user() + properties);
  }

  /** Copies the primary while it is stopped, starts both, and lets the copy follow. */
  public static PostgresServer standby(PostgresServer primary, Path data)
      throws IOException, InterruptedException {
    primary.stop();
    copy(primary.dataDirectory(), data);
    primary.start();
    Files.createFile(data.resolve("standby.signal"));
    return PostgresServer.builder(primary.binaries(), data)
        .setting(
            "primary_conninfo", "host=127.0.0.1 port=" + primary.port() + " user=" + primary.user())
        .startExisting();
  }

  public static void copy(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(from)) {
      files = walk.collect(Collectors.toList());
    }
    for (Path file : files) {
      Files.copy(
          file,
          to.resolve(from.relativize(file)),
          java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /**
   * Compares all segments of a timeline that are archived with the server's; there must be some,
   * and no gap.
   */
  public static void assertArchived(PostgresServer server, ArchiveStore archive, long timeline)
      throws IOException {
    TimelineId id = new TimelineId(timeline);
    List<WalRange> ranges = archive.inventory().ranges(id);
    assertEquals(1, ranges.size(), "archived is " + ranges);
    WalSegmentSize size = archive.cluster().segmentSize();
    for (WalSegment s = WalSegment.containing(id, ranges.get(0).start(), size);
        s.start().isBefore(ranges.get(0).end());
        s = s.next()) {
      try (InputStream in = archive.open(s).orElseThrow()) {
        assertArrayEquals(segment(server, s.toString()), in.readAllBytes(), s.toString());
      }
    }
  }

  /** The segments of the WAL directory by name. */
  public static byte[] segment(PostgresServer server, String name) throws IOException {
    return Files.readAllBytes(server.dataDirectory().resolve("pg_wal").resolve(name));
  }
}
