package dev.walden.recovery.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.codec.AgeIdentity;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a spool would have after a crash of the machine, which no killed process shows: before the
 * server is told of a position, what is below it was forced to the disk, and so was the name of the
 * file. The judge are the system calls that strace saw.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpoolOrderIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  @TempDir Path directory;

  @Test
  void forcesBeforeItAcknowledges() throws Exception {
    assumeTrue(stracePresent(), "needs strace");
    Path traces = Files.createDirectory(directory.resolve("traces"));
    Path spool = Files.createDirectory(directory.toRealPath().resolve("spool"));
    Path storage = directory.resolve("archive");
    FileSystemStorage.createAt(storage).close();
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(16), directory.resolve("data"))
            .segmentSize(SIZE)
            .setting("synchronous_standby_names", "walden")
            .create()) {
      server.execute("SET synchronous_commit = local", CommitWriters.TABLE);
      ReceiverProcess receiver =
          new ReceiverProcess(
              strace(traces),
              Map.of(
                  "server",
                  server.jdbcUrl() + "?ApplicationName=walden&user=" + server.user(),
                  "storage",
                  storage.toString(),
                  "recipient",
                  AgeIdentity.generate(new SecureRandom()).recipient().toString(),
                  "spool",
                  spool.toString()),
              directory.resolve("receiver.log"));
      try (receiver;
          CommitWriters writers = new CommitWriters(server, 3, 1)) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (writers.count() < 300) {
          assertTrue(
              System.nanoTime() < deadline && receiver.isAlive(),
              () -> writers.count() + " commits");
          Thread.sleep(20);
        }
        receiver.kill();
        server.kill();
      }
    }
    judge(traces, spool);
  }

  private static List<String> strace(Path traces) {
    return List.of(
        "strace",
        "-ff",
        "-y",
        "-x",
        "-s",
        "64",
        "-e",
        "trace=/^(openat|fsync|fdatasync|rename.*|pwrite64|write|sendto)$",
        "-o",
        traces.resolve("thread").toString());
  }

  private static boolean stracePresent() throws InterruptedException {
    try {
      return new ProcessBuilder("strace", "-V")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(10, TimeUnit.SECONDS);
    } catch (IOException absent) {
      return false;
    }
  }

  private static void judge(Path traces, Path spool) throws IOException {
    int positions = 0;
    int segments = 0;
    try (Stream<Path> threads = Files.list(traces)) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        SpoolCalls calls = new SpoolCalls(spool, SIZE);
        for (String call : Files.readAllLines(thread)) {
          calls.take(call);
        }
        positions += calls.acknowledged();
        segments += calls.segments();
      }
    }
    assertTrue(positions >= 50, positions + " positions were seen");
    assertTrue(segments >= 2, segments + " segments were seen");
  }
}
