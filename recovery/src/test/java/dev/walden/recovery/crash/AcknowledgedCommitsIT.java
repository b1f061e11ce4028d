package dev.walden.recovery.crash;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.recovery.journey.TestPlace;
import dev.walden.testing.PostgresBinaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A receiver is the synchronous standby. The server and the receiver are killed, frozen and
 * restarted, and the storage fails, while clients commit; a new server is recovered from the
 * archive alone, and must have every commit that returned.
 *
 * <p>{@value #ROUNDS} says how many things go wrong in each case, {@value #SEED} which, and {@value
 * #FOLDER} where to leave what it was done with.
 */
class AcknowledgedCommitsIT {
  private static final String ROUNDS = "walden.crash.rounds";
  private static final String FOLDER = "walden.crash.folder";
  private static final String SEED = "walden.crash.seed";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"14, false", "15, true", "16, false", "17, false", "18, true"})
  void surviveTheirServerAndTheReceiver(int major, boolean spooled) throws Exception {
    Path archive = directory.resolve("archive");
    FileSystemStorage.createAt(archive).close();
    survive(major, spooled, archive.toString());
  }

  @ParameterizedTest
  @CsvSource({"16, true", "17, false"})
  void surviveThemWithABucket(int major, boolean spooled) throws Exception {
    S3Proxy bucket = TestPlace.startBucket(directory.resolve("bucket"));
    try {
      survive(major, spooled, TestPlace.place(bucket));
    } finally {
      bucket.stop();
    }
  }

  private void survive(int major, boolean spooled, String place) throws Exception {
    long seed = Long.getLong(SEED, System.nanoTime());
    int rounds = Integer.getInteger(ROUNDS, 2);
    String kind =
        major + (spooled ? ", spool" : ", tail") + (place.startsWith("http:") ? ", S3" : "");
    String which = "PostgreSQL " + kind + ", -D" + SEED + "=" + seed;
    System.out.println("crashes: " + which);
    assertTimeoutPreemptively(
        Duration.ofSeconds(120 + 30L * rounds),
        () -> {
          try {
            CrashRun run =
                new CrashRun(
                    PostgresBinaries.of(major),
                    spooled,
                    31 * seed + major,
                    folder(seed + "-" + kind.replace(", ", "-")),
                    place);
            System.out.println("crashes: " + which + ": " + run.run(rounds));
          } catch (AssertionError e) {
            // with hours of rounds the end is far away
            e.printStackTrace(System.out);
            throw e;
          }
        },
        which);
  }

  private Path folder(String name) throws IOException {
    String kept = System.getProperty(FOLDER);
    return kept == null ? directory : Files.createDirectories(Path.of(kept, name));
  }
}
