package dev.walden.server.receive;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerAddress;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Receivers in a JVM of its own, from one server or several, each into an archive of its own. */
final class ManyReceiversProgram {
  private static final Duration RETRY_LIMIT = Duration.ofMillis(300);
  private static final String FILL =
      "INSERT INTO t SELECT i, repeat(md5(i::text), 8) FROM generate_series(1, 20000) i";

  private record One(WalReceiver receiver, ArchiveStore archive, Path wal) {}

  private ManyReceiversProgram() {}

  /**
   * Arguments: {@code own} or bytes of memory to share, receivers for each server, then of each
   * server its URL and its directory of WAL.
   */
  public static void main(String[] arguments) throws Exception {
    List<One> all = new ArrayList<>();
    SegmentMemory memory =
        SegmentMemory.ofBytes(arguments[0].equals("own") ? 1 : Long.parseLong(arguments[0]));
    for (int i = 2; i < arguments.length; i += 2) {
      ServerAddress server = ServerAddress.of(arguments[i]);
      for (int j = 0; j < Integer.parseInt(arguments[1]); j++) {
        ArchiveStore archive =
            ArchiveStore.openOrCreate(
                new InMemoryStorage(), ArchiveSettings.defaults(), ServerIdentity.of(server));
        WalReceiver.Builder builder =
            WalReceiver.from(server).into(archive).slot("many_" + j).retryLimit(RETRY_LIMIT);
        if (!arguments[0].equals("own")) {
          builder.memory(memory);
        }
        all.add(new One(builder.start(), archive, Path.of(arguments[i + 1])));
      }
    }
    for (One one : all) {
      while (one.receiver.status().state() != WalReceiverStatus.State.STREAMING) {
        requireRunning(one);
      }
    }
    for (int i = 2; i < arguments.length; i += 2) {
      fill(arguments[i]);
    }
    int number = 0;
    for (One one : all) {
      number++;
      Lsn end = one.receiver.status().serverEnd();
      WalSegmentSize size = one.archive.cluster().segmentSize();
      while (one.receiver
          .status()
          .archived()
          .isBefore(size.floor(Lsn.max(end, size.startOf(12))))) {
        requireRunning(one);
      }
      int compared = compare(one);
      System.out.println("receiver " + number + " archived " + compared + " segments");
    }
    Runtime.getRuntime().halt(all.stream().allMatch(ManyReceiversProgram::isRunning) ? 0 : 3);
  }

  private static boolean isRunning(One one) {
    return one.receiver.status().state() != WalReceiverStatus.State.STOPPED;
  }

  private static void requireRunning(One one) throws Exception {
    if (one.receiver.await(Duration.ofMillis(20))) {
      throw new AssertionError("closed");
    }
  }

  private static void fill(String url) throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (i int, t text)");
      statement.execute(FILL);
      statement.execute("SELECT pg_switch_wal()");
    }
  }

  private static int compare(One one) throws Exception {
    TimelineId timeline = TimelineId.FIRST;
    int compared = 0;
    for (var range : one.archive.inventory().ranges(timeline)) {
      WalSegment segment =
          WalSegment.containing(timeline, range.start(), one.archive.cluster().segmentSize());
      for (; segment.start().isBefore(range.end()); segment = segment.next()) {
        try (InputStream in = one.archive.open(segment).orElseThrow()) {
          byte[] servers = Files.readAllBytes(one.wal.resolve(segment.toString()));
          if (!Arrays.equals(servers, in.readAllBytes())) {
            throw new AssertionError(segment + " differs");
          }
        }
        compared++;
      }
    }
    return compared;
  }
}
