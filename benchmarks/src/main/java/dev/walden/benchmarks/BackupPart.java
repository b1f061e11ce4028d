package dev.walden.benchmarks;

import dev.walden.backup.ObjectDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Base backups to disk: Walden's beside pg_basebackup, without and with zstd. */
final class BackupPart {
  private final Settings settings;
  private final Server server;
  private final JavaProgram program;

  BackupPart(Settings settings, Server server) {
    this.settings = settings;
    this.server = server;
    this.program = settings.program(TakeBackup.class);
  }

  void run() throws IOException, InterruptedException, SQLException {
    long bytes = server.generateData((long) (settings.backupGigabytes() * 1e9));
    WrittenAs zstd = WrittenAs.zstd(Runtime.getRuntime().availableProcessors());
    new Comparison(
            "Base backup, uncompressed tar",
            settings.folder(),
            List.of(
                new Contestant("pg_basebackup", this::pgBasebackup),
                walden("Walden", WrittenAs.plain()),
                walden("Walden, CRC-32", WrittenAs.plain(ObjectDigest.Algorithm.CRC32))))
        .run(settings.rounds(), bytes, this::check);
    new Comparison(
            "Base backup, zstd level 1",
            settings.folder(),
            List.of(
                new Contestant("pg_basebackup, zstd -T0 -1", this::piped),
                new Contestant("the same and sync of the file", this::pipedAndSynced),
                walden("Walden, as many zstd workers as cores", zstd),
                walden("Walden, no zstd workers", WrittenAs.zstd(0)),
                walden("Walden, zstd and age", WrittenAs.zstdAndAge())))
        .run(settings.rounds(), bytes, outputs -> {});
    if (settings.profile()) {
      profile("Backing up, uncompressed", WrittenAs.plain());
      profile("Backing up, CRC-32", WrittenAs.plain(ObjectDigest.Algorithm.CRC32));
      profile("Backing up, zstd", zstd);
    }
    server.dropSlots();
  }

  private Figures pgBasebackup(Path output, Path log) throws Exception {
    server.checkpoint();
    List<String> command =
        server.client("pg_basebackup", "-D", output.toString(), "-Ft", "-Xnone", "-cfast");
    return MeteredProcesses.run(List.of(command), log, null);
  }

  private Figures piped(Path output, Path log) throws Exception {
    server.checkpoint();
    Files.createDirectory(output);
    return MeteredProcesses.run(
        List.of(
            server.client("pg_basebackup", "-D", "-", "-Ft", "-Xnone", "-cfast"),
            List.of("zstd", "-q", "-T0", "-1")),
        log,
        output.resolve("base.tar.zst"));
  }

  private Figures pipedAndSynced(Path output, Path log) throws Exception {
    Figures piped = piped(output, log);
    List<String> sync = List.of("sync", output.resolve("base.tar.zst").toString());
    Figures synced = MeteredProcesses.run(List.of(sync), log, null);
    return new Figures(
        piped.seconds() + synced.seconds(),
        piped.cpuSeconds() + synced.cpuSeconds(),
        piped.peakResidentBytes());
  }

  private Contestant walden(String name, WrittenAs written) {
    return new Contestant(name, (output, log) -> program.run(log, arguments(output, written)));
  }

  private String[] arguments(Path output, WrittenAs written) throws SQLException {
    String slot = server.newSlotHere();
    server.checkpoint();
    return new String[] {server.url(), slot, output.toString(), written.toString()};
  }

  private void profile(String title, WrittenAs written)
      throws IOException, InterruptedException, SQLException {
    Path output = settings.folder().resolve("out");
    Profile.of(program, title, settings.folder(), arguments(output, written));
    Folders.delete(output);
  }

  /** The tar archives must hold about as many bytes; each part has an end of its own. */
  private void check(List<Path> outputs) throws IOException {
    long theirs = Folders.bytes(Folders.files(outputs.get(0), ".*\\.tar").values());
    long ours = Folders.bytes(Folders.files(outputs.get(1), ".*\\.tar").values());
    System.out.printf("%npg_basebackup's tar: %d bytes; Walden's parts: %d bytes.%n", theirs, ours);
    if (Math.abs(theirs - ours) > theirs / 1000) {
      throw new IOException("the backups do not hold the same");
    }
  }
}
