package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.backup.BackupChecksum.Algorithm;
import dev.walden.cluster.ControlFile;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupFilesIT {
  private static final Path CLIENTS = Path.of("/usr/lib/postgresql/15/bin");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "14, SHA512, false",
    "14, NONE, false",
    "15, SHA224, true",
    "16, SHA256, false",
    "17, SHA384, true",
    "18, CRC32C, false"
  })
  void readsWhatServersWrite(int major, Algorithm algorithm, boolean forceEncode) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    assumeTrue(Files.isExecutable(CLIENTS.resolve("psql")), "no clients of PostgreSQL 15");
    Path location = Files.createDirectory(folder.resolve("fast \\disk"));
    Path backup = folder.resolve("backup");
    // the server may run as another user
    folder.toFile().setWritable(true, false);
    location.toFile().setWritable(true, false);
    ControlFile control;
    try (PostgresServer server =
        PostgresServer.create(PostgresBinaries.of(major), folder.resolve("data"))) {
      server.execute(
          "CREATE TABLESPACE fast LOCATION '" + location + "'",
          "CREATE TABLE t TABLESPACE fast AS SELECT generate_series(1, 1000) AS i");
      // only up to 15 will pg_basebackup 15 talk to; servers since 15 can write a backup themselves
      run(
          major < 16
              ? withBasebackup(server, backup, algorithm, forceEncode)
              : withPsql(server, backup, algorithm, forceEncode));
      control = ControlFile.read(server.dataDirectory());
    }

    byte[] manifest = Files.readAllBytes(backup.resolve("backup_manifest"));
    ManifestCopy copy = ManifestCopy.read(manifest);
    assertEquals(new String(manifest, UTF_8), new String(copy.write(), UTF_8));
    assertEquals(major < 17 ? 1 : 2, copy.reader().version());
    assertEquals(
        major < 17 ? Optional.empty() : Optional.of(control.systemIdentifier()),
        copy.reader().systemIdentifier());

    Map<ManifestPath, ManifestFile> files = new HashMap<>();
    copy.files().forEach(file -> files.put(file.path(), file));
    Map<String, byte[]> tables = contents(backup.resolve("base.tar"));
    TablespaceMap map =
        TablespaceMap.parse(TablespaceMap.FILE_NAME, tables.remove(TablespaceMap.FILE_NAME));
    assertEquals(
        List.of(location.toString()),
        map.entries().stream().map(TablespaceMap.Entry::path).toList());
    long oid = map.entries().get(0).oid();
    contents(backup.resolve(oid + ".tar"))
        .forEach((name, content) -> tables.put("pg_tblspc/" + oid + "/" + name, content));
    assertTrue(tables.size() > 900, tables.size() + " files");
    tables.forEach((name, content) -> check(files.get(ManifestPath.of(name)), content));
    files.values().forEach(file -> assertEquals(algorithm, file.algorithm()));
    files.values().forEach(file -> assertEquals(forceEncode, file.path().isEncoded()));

    byte[] text = tables.get(BackupLabel.FILE_NAME);
    BackupLabel label = BackupLabel.parse(BackupLabel.FILE_NAME, text);
    assertArrayEquals(text, label.content());
    WalRange range = copy.reader().walRanges().get(0);
    assertEquals(range.start(), label.startWalLocation());
    assertEquals(range.timeline(), label.startTimeline());
    assertEquals(control.checkpoint().location(), label.checkpointLocation());
    assertEquals(BackupLabel.Method.STREAMED, label.method());
    assertEquals(BackupLabel.Origin.PRIMARY, label.origin());
    assertEquals("it's a test", label.label());
  }

  private static void check(ManifestFile file, byte[] content) {
    assertEquals(content.length, file.size(), file.toString());
    BackupChecksum checksum = file.algorithm().start();
    checksum.update(content, 0, content.length);
    assertEquals(checksum.finish(), file.checksum(), file.toString());
  }

  private static Map<String, byte[]> contents(Path tar) throws IOException {
    Map<String, byte[]> contents = new HashMap<>();
    try (InputStream in = Files.newInputStream(tar);
        TarArchiveInputStream entries = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry e = entries.getNextEntry(); e != null; e = entries.getNextEntry()) {
        if (e.isFile() && !e.getName().endsWith("/")) {
          contents.put(e.getName().replaceFirst("^\\./", ""), entries.readAllBytes());
        }
      }
    }
    return contents;
  }

  private static List<String> withBasebackup(
      PostgresServer server, Path backup, Algorithm algorithm, boolean forceEncode) {
    return List.of(
        CLIENTS.resolve("pg_basebackup").toString(),
        "--host=127.0.0.1",
        "--port=" + server.port(),
        "--username=" + server.user(),
        "--pgdata=" + backup,
        "--format=tar",
        "--wal-method=none",
        "--checkpoint=fast",
        "--label=it's a test",
        "--manifest-checksums=" + algorithm,
        forceEncode ? "--manifest-force-encode" : "--verbose");
  }

  private static List<String> withPsql(
      PostgresServer server, Path backup, Algorithm algorithm, boolean forceEncode) {
    return List.of(
        CLIENTS.resolve("psql").toString(),
        "--no-psqlrc",
        "--dbname=host=127.0.0.1 port="
            + server.port()
            + " user="
            + server.user()
            + " replication=yes",
        "--command=BASE_BACKUP (TARGET 'server', TARGET_DETAIL '"
            + backup
            + "', LABEL 'it''s a test', CHECKPOINT 'fast', TABLESPACE_MAP true, MANIFEST '"
            + (forceEncode ? "force-encode" : "yes")
            + "', MANIFEST_CHECKSUMS '"
            + algorithm
            + "')");
  }

  private static void run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
      // psql ends with 1, since it did not expect all that a backup answers
      assertTrue(process.exitValue() == 0 || output.strip().endsWith("BASE_BACKUP"), output);
    } finally {
      process.destroyForcibly();
    }
  }
}
