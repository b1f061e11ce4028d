package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.WrongClusterException;
import dev.walden.WrongKeyException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.importing.BackupImport;
import dev.walden.importing.InPlaceArchive;
import dev.walden.importing.WalImport;
import dev.walden.importing.WalImportReport;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.crash.DirectoryCopy;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PostgreSQL's own tools archived is imported, planned with, restored, and started. */
@Timeout(value = 200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImportIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path TOOLS = Path.of("/usr/lib/postgresql/15/bin");
  private static final String COUNT = "SELECT count(*) FROM t";

  @TempDir Path directory;

  @BeforeAll
  static void tools() {
    boolean installed = Files.isExecutable(TOOLS.resolve("pg_basebackup"));
    if (!installed) {
      System.out.println("skipped: pg_basebackup of Debian's PostgreSQL 15 is not installed");
    }
    assumeTrue(installed, "pg_basebackup of Debian's PostgreSQL 15 is not installed");
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  private PostgresServer server(int major, String archiveCommand) throws Exception {
    PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("archive_mode", "on")
            .setting("archive_command", archiveCommand)
            .create();
    server.execute("CREATE TABLE t (i int)");
    insert(server, 100);
    return server;
  }

  private static void insert(PostgresServer server, int rows) throws Exception {
    server.execute("INSERT INTO t SELECT * FROM generate_series(1, " + rows + ")");
  }

  private Process start(String program, PostgresServer server, String... options)
      throws IOException {
    Stream<String> fixed =
        Stream.of(
            TOOLS.resolve(program).toString(),
            "-h",
            "127.0.0.1",
            "-p",
            Integer.toString(server.port()),
            "-U",
            server.user());
    return new ProcessBuilder(Stream.concat(fixed, Stream.of(options)).toList())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(program + ".log").toFile())
        .start();
  }

  private void basebackup(PostgresServer server, String... options) throws Exception {
    Process process = start("pg_basebackup", server, options);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "pg_basebackup does not end");
    assertEquals(0, process.exitValue(), Files.readString(directory.resolve("pg_basebackup.log")));
  }

  private static void awaitArchived(PostgresServer server) throws Exception {
    server.execute("SELECT pg_logical_emit_message(false, 'walden', 'x')");
    String segment = server.query("SELECT pg_walfile_name(pg_switch_wal())");
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (server
            .query("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver")
            .compareTo(segment)
        < 0) {
      assertTrue(System.nanoTime() < deadline, server.log());
      Thread.sleep(20);
    }
  }

  private ArchiveStore archive(Path wal, boolean inPlace) throws IOException {
    return inPlace
        ? InPlaceArchive.openOrCreate(new InMemoryStorage(), WalImport.identity(wal))
        : archive(wal, ArchiveSettings.defaults());
  }

  private ArchiveStore archive(Path wal, ArchiveSettings settings) throws IOException {
    return ArchiveStore.openOrCreate(new InMemoryStorage(), settings, WalImport.identity(wal));
  }

  private PostgresServer restore(ArchiveStore archive, RecoveryPlan plan, int major)
      throws Exception {
    Path restored = directory.resolve("restored");
    Restore.of(plan)
        .from(archive)
        .into(restored)
        .tablespacesUnder(directory.resolve("restored-tablespaces"))
        .run();
    return PostgresServer.startExisting(PostgresBinaries.of(major), restored);
  }

  /** Plans to the given transaction, restores, starts; the table must have as many rows. */
  private void assertRecovers(ArchiveStore archive, String xid, int rows, int major)
      throws Exception {
    RecoveryPlan plan =
        RecoveryPlanner.of(archive)
            .plan(
                xid.isEmpty()
                    ? RecoveryTarget.latest()
                    : RecoveryTarget.beforeTransaction(Long.parseLong(xid)));
    try (PostgresServer recovered = restore(archive, plan, major)) {
      recovered.awaitPromotion(LIMIT);
      assertEquals(Integer.toString(rows), recovered.query(COUNT), plan.explain());
    }
  }

  private static String delete(PostgresServer server) throws Exception {
    return server.query(
        "WITH gone AS (DELETE FROM t RETURNING 1)"
            + " SELECT pg_current_xact_id()::text || left('', count(*)::int) FROM gone");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void plainBackupWithATablespaceAndCopiedSegments(boolean inPlace) throws Exception {
    Path wal = folder("wal");
    Path place = folder("place");
    try (PostgresServer server = server(15, "cp %p " + wal + "/%f")) {
      server.execute("CREATE TABLESPACE far LOCATION '" + place + "'");
      server.execute("CREATE TABLE in_far TABLESPACE far AS SELECT 7 AS i");
      Path copied = directory.resolve("place-of-backup");
      Path backup = directory.resolve("backup");
      basebackup(server, "-D", backup.toString(), "-T", place + "=" + copied, "-cfast", "-R");
      final Instant after = Instant.now();
      insert(server, 50);
      final String xid = delete(server);
      awaitArchived(server);
      server.stop();
      try (ArchiveStore archive = archive(wal, inPlace)) {
        WalImportReport report = WalImport.run(wal, archive);
        assertEquals(List.of(), report.refused());
        assertEquals(List.of(), report.beginnings());
        BaseBackup imported = BackupImport.run(backup, archive);
        assertEquals(1, imported.tablespaces().size());
        assertTrue(imported.endTime().isBefore(after.plusSeconds(1)), imported.toString());
        assertEquals(imported, BackupImport.run(backup, archive), "imported once only");
        assertEquals(0, WalImport.run(wal, archive).archived(), "imported once only");
        assertRecovers(archive, xid, 150, 15);
      }
      damaged(backup, wal, inPlace);
    }
  }

  /** No file tells of it, only the {@code tablespace_map}, or the link it is made from. */
  @ParameterizedTest
  @ValueSource(strings = {"-Fp", "-Ft"})
  void anEmptyTablespace(String format) throws Exception {
    Path wal = folder("wal");
    Path place = folder("place");
    try (PostgresServer server = server(15, "cp %p " + wal + "/%f")) {
      server.execute("CREATE TABLESPACE far LOCATION '" + place + "'");
      String moved = place + "=" + directory.resolve("place-of-backup");
      Path backup = directory.resolve("backup");
      basebackup(server, "-D", backup.toString(), format, "-T", moved, "-cfast");
      insert(server, 50);
      String xid = delete(server);
      awaitArchived(server);
      String oid = server.query("SELECT oid FROM pg_tablespace WHERE spcname = 'far'");
      server.stop();
      try (ArchiveStore archive = archive(wal, false)) {
        WalImport.run(wal, archive);
        assertEquals(List.of(Long.valueOf(oid)), BackupImport.run(backup, archive).tablespaces());
        assertRecovers(archive, xid, 150, 15);
      }
    }
  }

  /** A standby sends its {@code standby.signal}, and -R puts that at the end of a tar archive. */
  @ParameterizedTest
  @ValueSource(strings = {"-Fp", "-Ft", "-Fp -R", "-Ft -R"})
  void aBackupOfAStandby(String options) throws Exception {
    Path wal = folder("wal");
    Path backup = directory.resolve("backup");
    try (PostgresServer server = server(15, "cp %p " + wal + "/%f");
        PostgresServer standby = standby(server)) {
      basebackup(standby, ("-cfast -D " + backup + " " + options).split(" "));
      insert(server, 50);
      String xid = delete(server);
      awaitArchived(server);
      server.stop();
      try (ArchiveStore archive = archive(wal, false)) {
        WalImport.run(wal, archive);
        BackupImport.run(backup, archive);
        // were its standby.signal there, the server would not be promoted
        assertRecovers(archive, xid, 150, 15);
      }
    }
    if (options.equals("-Fp")) {
      withAnotherSignal(backup, wal);
    }
  }

  private PostgresServer standby(PostgresServer primary) throws Exception {
    Path data = directory.resolve("standby");
    primary.stop();
    DirectoryCopy.copy(primary.dataDirectory(), data);
    primary.start();
    Files.createFile(data.resolve("standby.signal"));
    String conninfo = "host=127.0.0.1 port=" + primary.port() + " user=" + primary.user();
    return PostgresServer.builder(primary.binaries(), data)
        .setting("primary_conninfo", conninfo)
        .startExisting();
  }

  private void withAnotherSignal(Path backup, Path wal) throws IOException {
    try (ArchiveStore archive = archive(wal, false)) {
      WalImport.run(wal, archive);
      Path signal = Files.writeString(backup.resolve("standby.signal"), "x");
      CorruptFileException e =
          assertThrows(CorruptFileException.class, () -> BackupImport.run(backup, archive));
      assertEquals("standby.signal: does not match the manifest", e.getMessage());
      Files.delete(signal);
      e = assertThrows(CorruptFileException.class, () -> BackupImport.run(backup, archive));
      assertTrue(e.getMessage().startsWith("standby.signal: is missing"), e::getMessage);
      assertEquals(List.of(), archive.backups().usable());
    }
  }

  /** Whatever is wrong with a backup, nothing that looks like one is left. */
  private void damaged(Path backup, Path wal, boolean inPlace) throws IOException {
    try (ArchiveStore archive = archive(wal, inPlace)) {
      try (Stream<Path> inside = Files.list(backup.resolve("pg_wal"))) {
        for (Path file : inside.filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
      }
      Path extra = Files.writeString(backup.resolve("base/extra"), "x");
      refusedBeforeAnyFileIsRead(backup, archive);
      WalImport.run(wal, archive);
      String message =
          assertThrows(CorruptFileException.class, () -> BackupImport.run(backup, archive))
              .getMessage();
      assertTrue(message.contains("was a server started on it?"), message);
      Files.delete(extra);
      try (RandomAccessFile file =
          new RandomAccessFile(backup.resolve("base/1/1259").toFile(), "rw")) {
        file.seek(100);
        int old = file.read();
        file.seek(100);
        file.write(old ^ 1);
      }
      message =
          assertThrows(CorruptFileException.class, () -> BackupImport.run(backup, archive))
              .getMessage();
      assertTrue(message.contains("base/1/1259"), message);
      assertEquals(List.of(), archive.backups().usable());
    }
  }

  /** The backup has a file too many, which is found only when its files are read. */
  private static void refusedBeforeAnyFileIsRead(Path backup, ArchiveStore archive)
      throws IOException {
    String missing =
        assertThrows(NotArchivedException.class, () -> BackupImport.run(backup, archive))
            .getMessage();
    assertTrue(missing.contains("Import it first"), missing);
    ClusterIdentity own = archive.cluster();
    ClusterIdentity another =
        new ClusterIdentity(
            new SystemIdentifier(own.systemIdentifier().value() + 1),
            own.segmentSize(),
            own.version());
    try (ArchiveStore others =
        ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), another)) {
      String wrong =
          assertThrows(WrongClusterException.class, () -> BackupImport.run(backup, others))
              .getMessage();
      assertTrue(wrong.startsWith(backup.toRealPath() + " belongs to "), wrong);
    }
  }

  @Test
  void compressedTarWithTheWalInIt() throws Exception {
    Path wal = folder("wal");
    try (PostgresServer server = server(14, "gzip <%p >" + wal + "/%f.gz")) {
      Path backup = directory.resolve("backup");
      basebackup(server, "-D", backup.toString(), "-Ft", "-z", "-Xfetch", "-cfast");
      insert(server, 50);
      final String xid = delete(server);
      awaitArchived(server);
      server.stop();
      AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
      ArchiveSettings encrypted = ArchiveSettings.defaults().encryptTo(identity.recipient());
      withoutTheIdentity(backup, encrypted);
      try (ArchiveStore archive = archive(wal, encrypted.decryptWith(identity))) {
        assertEquals(archive.cluster(), BackupImport.identity(backup));
        // the backup brings the WAL it needs, and what came later is imported afterwards
        BaseBackup imported = BackupImport.run(backup, archive);
        assertEquals(List.of(imported), archive.backups().usable());
        assertEquals(List.of(), WalImport.run(wal, archive).refused());
        assertRecovers(archive, xid, 150, 14);
      }
    }
  }

  /** The WAL is read from the archive before the backup exists, so that must be possible. */
  private static void withoutTheIdentity(Path backup, ArchiveSettings encrypted)
      throws IOException {
    try (ArchiveStore archive =
        ArchiveStore.openOrCreate(
            new InMemoryStorage(), encrypted, BackupImport.identity(backup))) {
      assertThrows(WrongKeyException.class, () -> BackupImport.run(backup, archive));
      assertEquals(List.of(), archive.backups().usable());
    }
  }

  /**
   * As pg_basebackup of that version leaves it, and an object store gives it back: without the
   * empty directories. Manifests know the cluster from 17 on.
   */
  @ParameterizedTest
  @ValueSource(ints = {14, 16, 17, 18})
  void plainBackupOfAnotherVersionInPlace(int major) throws Exception {
    Path wal = folder("wal");
    Path backup = folder("backup");
    try (PostgresServer server = server(major, "cp %p " + wal + "/%f")) {
      unpackBackup(server, backup);
      removeEmptyDirectories(backup);
      assertFalse(Files.exists(backup.resolve("pg_tblspc")));
      insert(server, 50);
      final String xid = delete(server);
      awaitArchived(server);
      server.stop();
      try (ArchiveStore archive =
          InPlaceArchive.openOrCreate(new InMemoryStorage(), BackupImport.identity(backup))) {
        assertEquals(List.of(), WalImport.run(wal, archive).refused());
        BackupImport.run(backup, archive);
        assertRecovers(archive, xid, 150, major);
      }
    }
  }

  private void unpackBackup(PostgresServer server, Path folder) throws Exception {
    ServerAddress address = ServerAddress.of(server.jdbcUrl() + "?user=" + server.user());
    try (ArchiveStore archive =
            ArchiveStore.openOrCreate(
                new InMemoryStorage(), ArchiveSettings.defaults(), ServerIdentity.of(address));
        WalReceiver receiver = WalReceiver.from(address).into(archive).slot("walden").start()) {
      BaseBackup backup = BaseBackupTaker.of(address, archive).walTimeout(LIMIT).take();
      assertEquals(Optional.empty(), receiver.status().trouble());
      for (BackupObject part : backup.parts()) {
        try (InputStream in = archive.open(backup, part);
            TarReader tar = new TarReader(part.name(), in)) {
          unpack(tar, folder);
        }
      }
      try (InputStream manifest = archive.open(backup, backup.manifest())) {
        Files.copy(manifest, folder.resolve("backup_manifest"));
      }
    }
  }

  private static void removeEmptyDirectories(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      boolean empty;
      try (Stream<Path> inside = Files.list(path)) {
        empty = inside.findAny().isEmpty();
      }
      if (empty) {
        Files.delete(path);
      }
    }
  }

  private static void unpack(TarReader tar, Path folder) throws IOException {
    for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
      Path path = folder.resolve(next.get().path());
      if (next.get().kind() == TarMember.Kind.DIRECTORY) {
        Files.createDirectories(path);
      } else {
        Files.createDirectories(path.getParent());
        Files.copy(tar.content(), path);
      }
    }
  }

  /** The server dies, and the last commits are in a file that pg_receivewal had not completed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tarWithSeparateWalAndWhatPgReceivewalLeft(boolean inPlace) throws Exception {
    Path wal = folder("wal");
    try (PostgresServer server = server(15, "true")) {
      Process receiver =
          start(
              "pg_receivewal",
              server,
              "-D",
              wal.toString(),
              "--synchronous",
              "-S",
              "theirs",
              "--create-slot");
      assertTrue(receiver.waitFor(60, TimeUnit.SECONDS));
      receiver =
          start("pg_receivewal", server, "-D", wal.toString(), "--synchronous", "-S", "theirs");
      awaitSlot(server, "active");
      Path backup = directory.resolve("backup");
      basebackup(
          server,
          "-D",
          backup.toString(),
          "-Ft",
          "--compress=client-lz4",
          "-Xstream",
          "-cfast",
          "-R");
      insert(server, 50);
      server.execute("SELECT pg_switch_wal()");
      insert(server, 7);
      String end = server.query("SELECT pg_current_wal_flush_lsn()");
      awaitSlot(server, "restart_lsn >= '" + end + "'");
      server.kill();
      receiver.destroyForcibly().waitFor();
      compress(wal);
      try (ArchiveStore archive = archive(wal, inPlace)) {
        WalImportReport report = WalImport.run(wal, archive);
        assertEquals(List.of(), report.refused());
        assertEquals(1, report.beginnings().size());
        BackupImport.run(backup, archive);
        assertEquals(0, WalImport.run(wal, archive).archived(), "imported once only");
        assertRecovers(archive, "", 157, 15);
      }
    }
  }

  /** A receiver that comes late begins where the server is by then, without what came before. */
  private static void awaitSlot(PostgresServer server, String condition) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!server
        .query("SELECT coalesce(bool_or(" + condition + "), false) FROM pg_replication_slots")
        .equals("t")) {
      assertTrue(System.nanoTime() < deadline, "pg_receivewal does not follow");
      Thread.sleep(20);
    }
  }

  /**
   * As if with --compress, which --synchronous forbids nothing of but makes unreadable by others.
   */
  private void compress(Path wal) throws Exception {
    Shell shell = Shell.in(directory, "zstd", "lz4");
    shell.run(
        """
        cd "$1"
        n=0
        for file in *[0-9A-F]; do
          n=$((n + 1))
          if [ $((n % 2)) = 0 ]; then zstd -q --rm --no-check "$file"; else lz4 -q --rm "$file" "$file.lz4"; fi
        done
        """,
        wal.toString());
  }
}
