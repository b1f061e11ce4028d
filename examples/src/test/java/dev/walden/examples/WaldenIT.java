package dev.walden.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.s3.S3Clients;
import dev.walden.archive.s3.S3Storage;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.storage.copies.CopyStatus;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.WalSegmentSize;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The command line as archive_command, to back up, and as restore_command: each a process. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaldenIT {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(
          new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17);
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path directory;
  private final Map<String, String> environment = new HashMap<>();

  private static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.walden.examples.Walden"));
    command.addAll(List.of(arguments));
    return command;
  }

  private String walden(int status, String... arguments) throws Exception {
    Path output = Files.createTempFile(directory, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command(arguments))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "walden does not end");
    String text = Files.readString(output);
    assertEquals(status, process.exitValue(), text);
    return text;
  }

  private static void awaitArchived(PostgresServer server) throws Exception {
    String segment = server.query("SELECT pg_walfile_name(pg_switch_wal())");
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (server.query("SELECT last_archived_wal FROM pg_stat_archiver").compareTo(segment) < 0) {
      assertTrue(System.nanoTime() < deadline, "not archived: " + server.log());
      Thread.sleep(100);
    }
  }

  @Test
  void archivesBacksUpAndRestores() throws Exception {
    String archive = directory.resolve("archive").toString();
    walden(1, "info", "--archive", archive);
    walden(0, "init", archive);
    archivesBacksUpAndRestores(archive);
  }

  @Test
  void doesTheSameInABucket() throws Exception {
    Properties memory = new Properties();
    S3Proxy bucket =
        S3Proxy.builder()
            .blobStore(BlobStores.create("transient-nio2", memory))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "an-id", "a-secret")
            .build();
    bucket.start();
    try {
      environment.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + bucket.getPort());
      environment.put("AWS_REGION", "us-east-1");
      environment.put("AWS_ACCESS_KEY_ID", "an-id");
      environment.put("AWS_SECRET_ACCESS_KEY", "a-secret");
      String missing = walden(1, "info", "--archive", "s3://backups/pg");
      assertTrue(missing.contains("bucket"), missing);
      createBucket(bucket.getPort());
      archivesBacksUpAndRestores("s3://backups/pg");
    } finally {
      bucket.stop();
    }
  }

  @Test
  void keepsAFolderAndABucketTheSame() throws Exception {
    S3Proxy bucket =
        S3Proxy.builder()
            .blobStore(BlobStores.create("transient-nio2", new Properties()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "an-id", "a-secret")
            .build();
    bucket.start();
    try {
      environment.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + bucket.getPort());
      environment.put("AWS_REGION", "us-east-1");
      environment.put("AWS_ACCESS_KEY_ID", "an-id");
      environment.put("AWS_SECRET_ACCESS_KEY", "a-secret");
      createBucket(bucket.getPort());
      Path folder = directory.resolve("archive");
      walden(0, "init", folder.toString());
      GeneratedWal wal = GeneratedWal.begin(CLUSTER, NOON);
      try (S3Client client = client(bucket.getPort());
          CopiedStorage storage =
              CopiedStorage.of(
                      FileSystemStorage.at(folder),
                      S3Storage.in(client, "backups").prefix("pg").open())
                  .open();
          ArchiveStore archive =
              ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), CLUSTER)) {
        wal.backup(NOON).into(archive);
        wal.restorePoint("here", NOON.plusSeconds(1));
        wal.switchSegment();
        wal.archiveInto(archive);
        assertTrue(storage.status().stream().allMatch(CopyStatus::healthy));
      }
      String[] both = {"--archive", folder.toString(), "--archive", "s3://backups/pg"};
      String same = walden(0, with(both, "repair", "--compare-bytes"));
      assertTrue(same.contains("s3://backups/pg: copied 0 of"), same);
      // the disk is lost: the bucket alone is the archive, and fills a new folder
      walden(0, "plan", "--archive", "s3://backups/pg", "--name", "here");
      Path other = directory.resolve("other");
      walden(0, "init", other.toString());
      walden(0, "repair", "--archive", other.toString(), "--archive", "s3://backups/pg");
      walden(0, "plan", "--archive", other.toString(), "--name", "here");
      both[1] = other.toString();
      bucket.stop();
      String away = walden(1, with(both, "repair"));
      assertTrue(away.contains("not compared"), away);
      walden(1, with(both, "plan", "--name", "here"));
    } finally {
      bucket.stop();
    }
  }

  @Test
  void importsAFolderOfWal() throws Exception {
    String archive = directory.resolve("archive").toString();
    Path wal = Files.createDirectory(directory.resolve("wal"));
    GeneratedWal generated = GeneratedWal.begin(CLUSTER, NOON);
    generated.commit(731, NOON);
    generated.switchSegment();
    generated.commit(732, NOON);
    generated.writeInto(wal);
    walden(0, "init", archive);
    walden(2, "import", "--archive", archive);
    String text = walden(0, "import", "--archive", archive, "--wal", wal.toString());
    assertTrue(text.contains("2 imported, 0 already archived, 0 rejected"), text);
    assertTrue(text.contains("incomplete: 000000010000000000000002"), text);
    Files.write(wal.resolve("000000010000000000000003"), new byte[3]);
    text = walden(1, "import", "--archive", archive, "--wal", wal.toString());
    assertTrue(text.contains("rejected: 000000010000000000000003: "), text);
  }

  @Test
  void refersToAFolderOfWal() throws Exception {
    String archive = directory.resolve("archive").toString();
    Path wal = Files.createDirectory(directory.resolve("wal"));
    GeneratedWal generated = GeneratedWal.begin(CLUSTER, NOON);
    generated.commit(731, NOON);
    generated.switchSegment();
    generated.writeInto(wal);
    walden(0, "init", archive);
    String[] inPlace = {"--archive", archive, "--in-place"};
    walden(2, with(inPlace, "import", "--wal", wal.toString(), "--identity", "key.txt"));
    walden(0, with(inPlace, "import", "--wal", wal.toString()));
    String segment = "000000010000000000000001";
    String target = directory.resolve("fetched").toString();
    walden(0, with(inPlace, "restore-command", segment, target));
    assertEquals(-1, Files.mismatch(wal.resolve(segment), Path.of(target)));
    walden(44, with(inPlace, "restore-command", "000000010000000000000002", target));
    // neither to whoever does not know it, nor without the folder, is the segment absent
    walden(255, "restore-command", "--archive", archive, segment, target);
    Files.delete(wal.resolve(segment));
    walden(255, with(inPlace, "restore-command", segment, target));
  }

  private static S3Client client(int port) {
    return S3Clients.portable(URI.create("http://127.0.0.1:" + port))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("an-id", "a-secret")))
        .build();
  }

  private static void createBucket(int port) {
    try (S3Client client = client(port)) {
      client.createBucket(request -> request.bucket("backups"));
    }
  }

  private PostgresServer.Builder server(Path data) throws Exception {
    PostgresServer.Builder builder = PostgresServer.builder(PostgresBinaries.of(17), data);
    environment.forEach(builder::environment);
    return builder;
  }

  private void archivesBacksUpAndRestores(String archive) throws Exception {
    String key = directory.resolve("key.txt").toString();
    String recipient = walden(0, "keygen", key).strip();
    assertTrue(walden(1, "keygen", key).contains(key + ": exists already"));
    Path restored = directory.resolve("restored");
    String writer = directory.resolve("writer.pem").toString();
    Path trusted = directory.resolve("writer.pub");
    Files.writeString(trusted, walden(0, "keygen", "--writer", writer));
    String[] open = {"--archive", archive, "--identity", key, "--trust-writer", trusted.toString()};
    String[] write = {"--archive", archive, "--recipient", recipient, "--sign-with", writer};
    try (PostgresServer server =
        server(directory.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("archive_mode", "on")
            .setting("archive_command", String.join(" ", command(with(write, "push"))) + " %p")
            .create()) {
      String start = Instant.now().toString();
      server.execute("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
      String url = server.jdbcUrl() + "?user=" + server.user();
      String database = linkADatabase(server);
      String lacking = walden(1, with(write, "backup", "--server", url));
      assertTrue(lacking.contains("lacks parts of the cluster: " + database), lacking);
      String backup =
          walden(0, with(write, "backup", "--server", url, "--on-left-out", "record"))
              .lines()
              .reduce((first, last) -> last)
              .orElseThrow();
      server.execute("INSERT INTO t VALUES (2)");
      String xid = server.query("WITH w AS (DELETE FROM t) SELECT pg_current_xact_id()::text");
      awaitArchived(server);
      String warning = "skipping special file \"./" + database + '"';
      String info = walden(0, with(open, "info"));
      assertTrue(info.contains(backup) && info.contains("  warning: " + warning), info);
      String plan = walden(0, with(open, "plan", "--before-xid", xid));
      assertTrue(plan.contains("transaction " + xid) && plan.contains(warning), plan);
      walden(1, with(open, "plan", "--lsn", "FF/0"));
      Path other = directory.resolve("other.pub");
      Files.writeString(
          other, walden(0, "keygen", "--writer", directory.resolve("other.pem").toString()));
      String unsigned =
          walden(
              1,
              "plan",
              "--archive",
              archive,
              "--identity",
              key,
              "--trust-writer",
              other.toString());
      assertTrue(unsigned.contains("no trusted writer"), unsigned);
      walden(0, with(open, "index"));
      String again = walden(0, with(open, "index"));
      assertTrue(again.contains("indexed 0 segments, condensed 0 groups"), again);
      assertTrue(walden(0, with(open, "points")).contains("backup " + backup));
      String ended =
          walden(
              0,
              with(
                  open,
                  "points",
                  "--from",
                  start,
                  "--to",
                  "2099-01-01T00:00:00Z",
                  "--transactions"));
      assertTrue(ended.contains("commit of transaction " + xid + " "), ended);
      walden(2, with(open, "plan", "--no-such-option"));
      String told =
          walden(
              0,
              with(
                  open,
                  "restore",
                  "--before-xid",
                  xid,
                  "--into",
                  restored.toString(),
                  "--wal-on-demand"));
      assertTrue(told.contains("nothing archives its WAL"), told);
      assertTrue(told.contains(warning), told);
      String replacement = directory.resolve("replacement").toString();
      // mistyped, this place would get a second cluster, and restored servers would stop
      Path elsewhere = directory.resolve("other");
      GeneratedWal foreign = GeneratedWal.begin(CLUSTER, NOON);
      foreign.commit(731, NOON);
      foreign.switchSegment();
      foreign.writeInto(Files.createDirectory(elsewhere));
      String[] second = {"--archive", archive, "--wal", elsewhere.toString()};
      String refused = walden(1, with(second, "import"));
      assertTrue(refused.contains("holds the archive of cluster"), refused);
      String system = CLUSTER.systemIdentifier().toString();
      walden(0, with(second, "import", "--cluster", system));
      walden(1, with(open, "info"));
      open =
          with(
              open, "--cluster", server.query("SELECT system_identifier FROM pg_control_system()"));
      told = walden(0, with(open, "restore", "--replace-source", "--into", replacement));
      assertTrue(told.contains("takes the place of its source"), told);
    }
    try (PostgresServer recovered = server(restored).startExisting()) {
      recovered.awaitPromotion(Duration.ofSeconds(60));
      assertEquals("1,2", recovered.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"));
      assertTrue(Files.notExists(restored.resolve("pg_wal/walden.spool")), "the spool remains");
    }
  }

  /** Moves the directory of a database that nobody uses elsewhere, and links it. */
  private String linkADatabase(PostgresServer server) throws Exception {
    server.execute("CREATE DATABASE moved", "CHECKPOINT");
    String name = "base/" + server.query("SELECT oid FROM pg_database WHERE datname = 'moved'");
    Path here = server.dataDirectory().resolve(name);
    Path elsewhere = Files.move(here, directory.resolve("elsewhere"));
    Files.createSymbolicLink(here, elsewhere);
    return name;
  }

  private static String[] with(String[] options, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }
}
