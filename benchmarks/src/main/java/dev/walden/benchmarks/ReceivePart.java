package dev.walden.benchmarks;

import dev.walden.wal.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Streaming WAL to disk: Walden's receiver beside pg_receivewal. */
final class ReceivePart {
  private static final String SEGMENT = "[0-9A-F]{24}";

  private final Settings settings;
  private final Server server;
  private final JavaProgram program;
  private Server.WalToStream wal;

  ReceivePart(Settings settings, Server server) {
    this.settings = settings;
    this.server = server;
    this.program = settings.receiver(ReceiveWal.class);
  }

  void run() throws IOException, InterruptedException, SQLException {
    wal = server.generateWal((long) (settings.walGigabytes() * 1e9));
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(new Contestant("pg_receivewal", this::pgReceivewal));
    contestants.add(new Contestant("pg_receivewal --no-sync", this::withoutSync));
    contestants.add(walden("Walden, uncompressed", WrittenAs.plain()));
    contestants.add(walden("Walden, zstd", WrittenAs.zstd(0)));
    contestants.add(walden("Walden, zstd, not indexed", WrittenAs.zstd(0).notIndexed()));
    contestants.add(walden("Walden, zstd and age", WrittenAs.zstdAndAge()));
    new Comparison("Streaming WAL", settings.folder(), contestants)
        .run(settings.rounds(), wal.bytes(), this::check);
    if (settings.profile()) {
      profile("Receiving, uncompressed", WrittenAs.plain());
      profile("Receiving, zstd", WrittenAs.zstd(0));
      profile("Receiving, zstd and age", WrittenAs.zstdAndAge());
    }
    server.dropSlots();
  }

  private Figures pgReceivewal(Path output, Path log) throws Exception {
    return pgReceivewal(output, log, "--verbose");
  }

  private Figures withoutSync(Path output, Path log) throws Exception {
    return pgReceivewal(output, log, "--no-sync");
  }

  private Figures pgReceivewal(Path output, Path log, String option) throws Exception {
    Files.createDirectory(output);
    // it stops once it is beyond the position, and this one lies in the last segment
    String end = new Lsn(wal.end().value() - 8).toString();
    List<String> command =
        server.client(
            "pg_receivewal",
            "-D",
            output.toString(),
            "-S",
            server.newSlotAtStart(),
            "--endpos=" + end,
            "--no-loop",
            option);
    return MeteredProcesses.run(List.of(command), log, null);
  }

  private Contestant walden(String name, WrittenAs written) {
    return new Contestant(name, (output, log) -> program.run(log, arguments(output, written)));
  }

  private String[] arguments(Path output, WrittenAs written) throws SQLException {
    return new String[] {
      server.url(),
      server.newSlotAtStart(),
      output.toString(),
      wal.end().toString(),
      written.toString()
    };
  }

  private void profile(String title, WrittenAs written)
      throws IOException, InterruptedException, SQLException {
    Path output = settings.folder().resolve("out");
    Profile.of(program, title, settings.folder(), arguments(output, written));
    Folders.delete(output);
  }

  /** The uncompressed outputs must be the same, byte for byte. */
  private void check(List<Path> outputs) throws IOException {
    Map<String, Path> theirs = Folders.files(outputs.get(0), SEGMENT);
    Map<String, Path> ours = Folders.files(outputs.get(2), SEGMENT);
    long expected = wal.bytes() >> 24;
    if (theirs.size() != expected || !ours.keySet().equals(theirs.keySet())) {
      throw new IOException(
          expected + " segments expected; " + theirs.keySet() + " and " + ours.keySet());
    }
    for (Map.Entry<String, Path> file : theirs.entrySet()) {
      if (Files.mismatch(file.getValue(), ours.get(file.getKey())) >= 0) {
        throw new IOException("the contents of " + file.getKey() + " differ");
      }
    }
    System.out.printf("%n%d segments are the same, byte for byte.%n", expected);
    System.out.printf(
        "zstd: %.2f of the size.%n",
        (double) Folders.bytes(Folders.files(outputs.get(3), SEGMENT + "\\.zst").values())
            / wal.bytes());
    System.out.printf(
        "Index: %d bytes for a segment.%n",
        Folders.bytes(Folders.files(outputs.get(3), ".*\\.json\\.zst").values()) / expected);
  }
}
