package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.ObjectDigest;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import dev.walden.codec.Compression;
import dev.walden.codec.WriterKey;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Follows {@code docs/recovery-by-hand.md} to the letter; nothing of Walden restores here. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecoveryByHandIT {
  private static final Path DEBIAN_15 = Path.of("/usr/lib/postgresql/15/bin");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final Map<String, String> variables = new LinkedHashMap<>();
  private ObjectDigest.Algorithm partDigest = ObjectDigest.Algorithm.SHA256;
  private Shell shell;
  private String target;

  @BeforeEach
  void chooseFolders() throws Exception {
    shell = Shell.in(directory, "age", "zstd", "gzip", "tar", "jq", "sha256sum", "find", "diff");
    AgeIdentityFile.write(directory.resolve("key"), identity, Instant.EPOCH);
    variables.put("KEY", directory.resolve("key").toString());
    variables.put("DATA", directory.resolve("restored").toString());
    variables.put("TABLESPACES", directory.resolve("restored-tablespaces").toString());
    variables.put("WORK", directory.resolve("work").toString());
    variables.put("TIMELINE", "latest");
  }

  private ArchiveSettings encrypted(Compression compression) {
    return ArchiveSettings.defaults()
        .compression(compression)
        .encryptTo(identity.recipient())
        .signWith(WriterKey.generate(new SecureRandom()));
  }

  @Test
  void stopsAtATime() throws Exception {
    recover(17, encrypted(Compression.ZSTD), true);
  }

  @Test
  void readsAnArchiveThatIsNeitherCompressedNorEncrypted() throws Exception {
    partDigest = ObjectDigest.Algorithm.CRC32;
    recover(16, ArchiveSettings.defaults().compression(Compression.NONE), true);
  }

  @Test
  void goesToTheEndOfTheArchive() throws Exception {
    shell = Files.isDirectory(DEBIAN_15) ? shell.withPath(DEBIAN_15) : shell;
    String output = recover(15, encrypted(Compression.GZIP), false);
    if (Files.isDirectory(DEBIAN_15)) {
      assertTrue(output.contains("backup successfully verified"), output);
    }
  }

  /** Rows 1 to 1000 are in the backup, those up to 2000 before the target, 3000 after it. */
  private String recover(int major, ArchiveSettings settings, boolean untilTarget)
      throws Exception {
    archive(major, settings);
    variables.put("TARGET_TIME", untilTarget ? target : "");
    String output = shell.run(RecoveryPage.script(variables));
    try (PostgresServer restored =
        PostgresServer.startExisting(PostgresBinaries.of(major), Path.of(variables.get("DATA")))) {
      if (untilTarget) {
        restored.awaitLog(Pattern.compile("recovery stopping before commit"), LIMIT);
        restored.awaitLog(Pattern.compile("pausing at the end of recovery"), LIMIT);
        assertEquals("2000", restored.query("SELECT count(*) FROM t"));
        restored.execute("SELECT pg_wal_replay_resume()");
      }
      restored.awaitPromotion(LIMIT);
      String rows = untilTarget ? "2000" : "3000";
      assertEquals(rows, restored.query("SELECT count(*) FROM t"));
      assertEquals(rows, restored.query("SELECT count(*) FROM elsewhere"));
      assertEquals(
          variables.get("TABLESPACES"),
          Path.of(
                  restored.query(
                      "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 's'"))
              .getParent()
              .toString());
      restored.execute("INSERT INTO elsewhere VALUES (0)");
    }
    return output;
  }

  /** Leaves an archive in a folder, and the server stopped. */
  private BaseBackup archive(int major, ArchiveSettings settings) throws Exception {
    Path space = Files.createDirectory(directory.resolve("space"));
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .create()) {
      ServerAddress address = ServerAddress.of(server.jdbcUrl() + "?user=" + server.user());
      server.execute("CREATE TABLESPACE s LOCATION '" + space + "'");
      server.execute("CREATE TABLE t (i int)", "CREATE TABLE elsewhere (i int) TABLESPACE s");
      insert(server, 1, 1000);
      try (ArchiveStore archive =
              ArchiveStore.openOrCreate(
                  FileSystemStorage.createAt(directory.resolve("archive")),
                  settings,
                  ServerIdentity.of(address));
          WalReceiver receiver = WalReceiver.from(address).into(archive).slot("w").start()) {
        variables.put(
            "CLUSTER",
            directory.resolve("archive").resolve(archive.cluster().systemIdentifier().toString())
                + "");
        BaseBackup backup =
            BaseBackupTaker.of(address, archive).partSize(4 << 20).partDigest(partDigest).take();
        insert(server, 1001, 2000);
        target = timeAfter(server, backup.endTime());
        insert(server, 2001, 3000);
        server.execute("SELECT pg_switch_wal()");
        awaitArchived(receiver, Lsn.parse(server.query("SELECT pg_current_wal_lsn()")), archive);
        return backup;
      }
    }
  }

  private static void insert(PostgresServer server, int from, int to) throws Exception {
    String rows = " SELECT generate_series(" + from + ", " + to + ")";
    server.execute("INSERT INTO t" + rows, "INSERT INTO elsewhere" + rows);
  }

  /** A time of the server in a later second, which is as exactly as the page compares. */
  private static String timeAfter(PostgresServer server, Instant end) throws Exception {
    String now;
    do {
      Thread.sleep(50);
      now =
          server.query(
              "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')");
    } while (Instant.parse(now.replace(' ', 'T') + "Z").getEpochSecond() <= end.getEpochSecond());
    return now + "+00";
  }

  private static void awaitArchived(WalReceiver receiver, Lsn lsn, ArchiveStore archive)
      throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (receiver.status().archived().isBefore(archive.cluster().segmentSize().floor(lsn))) {
      assertTrue(System.nanoTime() < deadline, receiver.status().toString());
      assertFalse(receiver.await(Duration.ofMillis(20)), "the receiver has ended");
    }
  }
}
