package dev.walden.archive.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerAddress;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.FaultyWire;
import dev.walden.testing.FaultyWire.Fault;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Receivers whose archive is a bucket, behind a wire on which requests and answers are lost. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3ReceiverIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long SEED = 20261127;

  /** What an S3 client must expect, each about once in twelve requests. */
  private static final Fault[] FAULTS = {
    Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.SLOW_DOWN, Fault.ERROR
  };

  @TempDir Path directory;

  private enum Durability {
    SEGMENT,
    SPOOL,
    TAIL
  }

  private WalReceiver receiver(ServerAddress address, ArchiveStore archive, Durability durability)
      throws IOException {
    WalReceiver.Builder builder =
        WalReceiver.from(address).into(archive).slot("walden").retryLimit(Duration.ofMillis(500));
    if (durability == Durability.SPOOL) {
      builder.spool(directory.resolve("spool"));
    } else if (durability == Durability.TAIL) {
      builder.tail();
    }
    return builder.start();
  }

  @ParameterizedTest
  @CsvSource({"14, SEGMENT", "16, SPOOL", "18, TAIL"})
  void archiveWhatTheServerWrote(int major, Durability durability) throws Exception {
    Random random = new Random(SEED);
    System.out.println("receiving into a bucket, seed " + SEED);
    try (TestServer bucket = TestServer.start();
        FaultyWire wire =
            FaultyWire.to(
                bucket.port(),
                request -> {
                  synchronized (random) {
                    int lot = random.nextInt(12 * FAULTS.length);
                    return lot < FAULTS.length ? FAULTS[lot] : Fault.NONE;
                  }
                });
        S3Client client = bucket.client(wire.port());
        PostgresServer server =
            PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("data"))
                .segmentSize(WalSegmentSize.ofMegabytes(1))
                .setting("wal_keep_size", "512MB")
                .create()) {
      ServerAddress address = ServerAddress.of(server.jdbcUrl() + "?user=" + server.user());
      try (ArchiveStore archive =
          ArchiveStore.openOrCreate(
              S3Storage.in(client, TestServer.BUCKET).open(),
              ArchiveSettings.defaults(),
              ServerIdentity.of(address))) {
        Lsn end;
        try (WalReceiver receiver = receiver(address, archive, durability)) {
          server.execute("CREATE TABLE t (x text)");
          for (int i = 0; i < 30; i++) {
            server.execute(
                "INSERT INTO t SELECT repeat(md5(g::text), 9) FROM generate_series(1, 900) g");
          }
          end = Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
          await(server, durability == Durability.SEGMENT ? floor(end) : end, receiver);
        }
        if (durability == Durability.SPOOL) {
          WalReceiver.archiveSpool(archive, directory.resolve("spool"));
        }
        compare(server, archive, end, durability);
      }
    }
  }

  private static Lsn floor(Lsn end) {
    return WalSegmentSize.ofMegabytes(1).floor(end);
  }

  /** Waits until the server has heard that this is durable. */
  private static void await(PostgresServer server, Lsn end, WalReceiver receiver) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!server
        .query("SELECT coalesce(restart_lsn >= '" + end + "', false) FROM pg_replication_slots")
        .equals("t")) {
      assertTrue(
          System.nanoTime() < deadline, "not acknowledged up to " + end + ": " + receiver.status());
      Thread.sleep(50);
    }
  }

  /** All that was acknowledged is in the bucket, byte for byte. */
  private void compare(PostgresServer server, ArchiveStore archive, Lsn end, Durability durability)
      throws Exception {
    Lsn acknowledged = Lsn.parse(server.query("SELECT restart_lsn FROM pg_replication_slots"));
    assertTrue(durability == Durability.SEGMENT || !acknowledged.isBefore(end));
    int compared = 0;
    for (WalSegment segment : written(server)) {
      Optional<InputStream> stored = archive.open(segment);
      assertTrue(
          stored.isPresent() || compared == 0 || !segment.start().isBefore(acknowledged),
          segment + " is missing in between");
      if (stored.isPresent() && segment.start().isBefore(acknowledged)) {
        int length = (int) Lsn.min(acknowledged, segment.end()).minus(segment.start());
        byte[] bytes = Files.readAllBytes(server.dataDirectory().resolve("pg_wal/" + segment));
        try (InputStream in = stored.get()) {
          assertArrayEquals(Arrays.copyOf(bytes, length), in.readNBytes(length), segment::toString);
        }
        compared++;
      }
    }
    assertTrue(compared >= 8, "compared " + compared);
  }

  /** The segments that the server has written to, in order. */
  private static List<WalSegment> written(PostgresServer server) throws Exception {
    Lsn end = Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
    try (Stream<Path> files = Files.list(server.dataDirectory().resolve("pg_wal"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("[0-9A-F]{24}"))
          .sorted()
          .map(name -> (WalFileName.Segment) WalFileName.parse(name))
          .map(name -> name.segment(WalSegmentSize.ofMegabytes(1)))
          .filter(segment -> segment.start().isBefore(end))
          .toList();
    }
  }
}
