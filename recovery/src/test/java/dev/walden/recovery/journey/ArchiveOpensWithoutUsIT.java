package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.PushOutcome;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import dev.walden.codec.Compression;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands read what Walden archives, and Walden reads what commands archive. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ArchiveOpensWithoutUsIT {
  private static final WalFileName.History HISTORY = new WalFileName.History(new TimelineId(2));

  @TempDir static Path shared;
  private static PostgresServer server;
  private static ClusterIdentity cluster;
  private static Path segment;
  private static Path backupHistory;

  @TempDir Path directory;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private Shell shell;
  private Path folder;

  @BeforeAll
  static void startServer() throws Exception {
    server =
        PostgresServer.builder(PostgresBinaries.of(17), shared.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("wal_keep_size", "512MB")
            // without a command everything waits to be archived, and is kept
            .setting("archive_mode", "on")
            .create();
    cluster = ServerIdentity.of(address());
    server.execute("CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 10000) i");
    Path wal = server.dataDirectory().resolve("pg_wal");
    segment = wal.resolve(server.query("SELECT pg_walfile_name(pg_switch_wal())"));
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_backup_start('by hand', true)");
      statement.execute("SELECT pg_backup_stop(false)");
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(wal, "*.backup")) {
      backupHistory = found.iterator().next();
    }
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  private static ServerAddress address() {
    return ServerAddress.of(server.jdbcUrl() + "?user=" + server.user());
  }

  @BeforeEach
  void writeKey() throws Exception {
    shell = Shell.in(directory, "age", "zstd", "gzip", "tar", "jq", "sha256sum");
    folder = directory.resolve("archive");
    AgeIdentityFile.write(directory.resolve("key"), identity, Instant.EPOCH);
  }

  private ArchiveSettings settings(Compression compression, boolean encrypted) {
    ArchiveSettings plain = ArchiveSettings.defaults().compression(compression);
    return encrypted ? plain.encryptTo(identity.recipient()).decryptWith(identity) : plain;
  }

  private ArchiveStore archive(ArchiveSettings settings) throws Exception {
    return ArchiveStore.openOrCreate(FileSystemStorage.createAt(folder), settings, cluster);
  }

  /** What commands find in an object; the suffixes of its name say which commands. */
  private byte[] openedByCommands(Path object) throws Exception {
    Path plain = directory.resolve("plain");
    shell.run(
        """
        case $1 in *.age) age -d -i key -o packed "$1" ;; *) cp "$1" packed ;; esac
        case ${1%.age} in
          *.zst) zstd -d < packed > plain ;;
          *.gz) gzip -d < packed > plain ;;
          *) cp packed plain ;;
        esac
        """,
        object.toString());
    return Files.readAllBytes(plain);
  }

  private Path stored(WalFileName name, String suffix) {
    String file = name.toString();
    Path wal = folder.resolve(cluster.systemIdentifier() + "/wal");
    return name instanceof WalFileName.History
        ? wal.resolve(file)
        : wal.resolve(file.substring(0, 8) + "/" + file.substring(0, 16) + "/" + file + suffix);
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, false, ''", "GZIP, false, .gz", "ZSTD, false, .zst",
    "NONE, true, .age", "GZIP, true, .gz.age", "ZSTD, true, .zst.age"
  })
  void commandsReadWal(Compression compression, boolean encrypted, String suffix) throws Exception {
    WalFileName.Segment name =
        (WalFileName.Segment) WalFileName.parse(segment.getFileName().toString());
    Map<WalFileName, Path> files = new HashMap<>();
    files.put(name, segment);
    files.put(new WalFileName.Partial(name), segment);
    files.put(HISTORY, Files.writeString(directory.resolve("h"), "1\t0/2000000\tpromoted\n"));
    files.put(WalFileName.parse(backupHistory.getFileName().toString()), backupHistory);
    try (ArchiveStore archive = archive(settings(compression, encrypted))) {
      for (Map.Entry<WalFileName, Path> file : files.entrySet()) {
        archive.push(file.getKey(), file.getValue());
      }
      for (Map.Entry<WalFileName, Path> file : files.entrySet()) {
        assertArrayEquals(
            Files.readAllBytes(file.getValue()),
            openedByCommands(stored(file.getKey(), suffix)),
            file.getKey().toString());
      }
      shell.run(
          """
          cd "$1"
          find . -name '*.sha256' | while read -r digest; do
            (cd "${digest%/*}" && sha256sum -c "${digest##*/}")
          done > ../../checked
          cat ../../checked
          [ $(wc -l < ../../checked) = "$2" ]
          """,
          folder.resolve(cluster.systemIdentifier().toString()).toString(),
          // archive.json and the history, and all others if nothing changes them
          suffix.isEmpty() ? "5" : "2");
    }
  }

  @ParameterizedTest
  @CsvSource({"NONE, false", "GZIP, true", "ZSTD, true"})
  void commandsReadBackups(Compression compression, boolean encrypted) throws Exception {
    String slot = "w" + compression.ordinal();
    try (ArchiveStore archive = archive(settings(compression, encrypted));
        WalReceiver receiver = WalReceiver.from(address()).into(archive).slot(slot).start()) {
      BaseBackup backup =
          BaseBackupTaker.of(address(), archive)
              .checksums(BackupChecksum.Algorithm.SHA256)
              .partSize(8 << 20)
              .take();
      assertTrue(receiver.status().trouble().isEmpty());
      Path stored = folder.resolve(archive.cluster().systemIdentifier() + "/backup/" + backup.id());
      List<BackupObject> objects = new ArrayList<>(backup.parts());
      objects.add(backup.manifest());
      objects.add(backup.files());
      Path unpacked = Files.createDirectory(directory.resolve("unpacked"));
      for (BackupObject object : objects) {
        byte[] plain = openedByCommands(stored.resolve(object.name()));
        assertEquals(object.plainBytes(), plain.length, object.name());
        try (InputStream in = archive.open(backup, object)) {
          assertArrayEquals(in.readAllBytes(), plain, object.name());
        }
        String name = object.name().replaceFirst("(\\.zst|\\.gz)?(\\.age)?$", "");
        Files.write(directory.resolve(name), plain);
        if (name.endsWith(".tar")) {
          shell.run("tar -x --no-same-owner -f \"$1\" -C unpacked", name);
        }
      }
      // every file is as the server described it, and where files.json says
      shell.run(
          """
          jq -r '.Files[] | .Checksum + "  " + .Path' backup_manifest > sums
          (cd unpacked && sha256sum --quiet -c ../sums)
          jq -r '.Files[] | "\\(.Path) \\(.Size) \\(.Checksum)"' backup_manifest > theirs
          jq -r '.files[] | "\\(.path) \\(.size) \\(.checksum)"' files.json > ours
          diff theirs ours
          [ "$(jq .format files.json)" = 1 ]
          for part in *.tar; do
            number=$(expr "${part%.tar}" + 0)
            tar -t -f "$part" | grep -v '/$' > listed
            jq -r ".files[] | select(.part == $number) | .path" files.json | diff - listed
          done
          cd "$1"
          sha256sum -c backup.json.sha256
          """,
          stored.toString());
      assertTrue(Files.size(directory.resolve("sums")) > 1000);
    }
  }

  /** {@code $o} is the object's name without suffixes, {@code $s} the segment. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cp $s $o; cd ${o%/*}; sha256sum ${o##*/} > ${o##*/}.sha256",
        "gzip < $s > $o.gz",
        "zstd < $s > $o.zst",
        "age -r $r < $s > $o.age",
        "gzip < $s | age -r $r > $o.gz.age",
        "zstd -19 < $s | age -r age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg -r $r"
            + " > $o.zst.age"
      })
  void waldenReadsWhatCommandsWrote(String command) throws Exception {
    shell.run(
        """
        cluster=$1 r=$2 s=$3
        name=${s##*/}
        mkdir -p archive/$cluster
        touch archive/.walden-storage
        cd archive/$cluster
        jq -n --arg s $cluster \
          '{format: 1, cluster: {systemIdentifier: $s, segmentSize: 1048576, postgresql: 17}}' \
          > archive.json
        sha256sum archive.json > archive.json.sha256
        o=wal/${name%????????????????}/${name%????????}/$name
        mkdir -p ${o%/*}
        """
            + command,
        cluster.systemIdentifier().toString(),
        identity.recipient().toString(),
        segment.toString());
    try (ArchiveStore archive =
        ArchiveStore.open(
            FileSystemStorage.at(folder),
            ArchiveSettings.defaults().decryptWith(identity).acceptUnencrypted())) {
      assertEquals(cluster, archive.cluster());
      WalFileName.Segment name =
          (WalFileName.Segment) WalFileName.parse(segment.getFileName().toString());
      assertTrue(archive.inventory().contains(name.segment(cluster.segmentSize())));
      Path fetched = directory.resolve("fetched");
      archive.fetch(name, fetched);
      assertArrayEquals(Files.readAllBytes(segment), Files.readAllBytes(fetched));
      assertEquals(PushOutcome.ALREADY_ARCHIVED, archive.push(name, segment));
    }
  }
}
