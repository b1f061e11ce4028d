package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Restoring a base backup to disk: Walden beside tar, given the same parts. */
final class RestorePart {
  private static final String PART = "[0-9]{5}\\.tar(\\.zst)?";

  private final Settings settings;
  private final Server server;

  RestorePart(Settings settings, Server server) {
    this.settings = settings;
    this.server = server;
  }

  void run() throws IOException, InterruptedException, SQLException {
    long bytes = server.generateData((long) (settings.backupGigabytes() * 1e9));
    compare("Restore, uncompressed tar", "tar x", "tar xf \"$part\"", WrittenAs.plain(), bytes);
    compare(
        "Restore, zstd",
        "zstd -d and tar x",
        "zstd -dc \"$part\" | tar x",
        WrittenAs.zstd(0),
        bytes);
  }

  private void compare(String title, String name, String unpack, WrittenAs written, long bytes)
      throws IOException, InterruptedException, SQLException {
    Path archive = settings.folder().resolve("archive");
    settings
        .program(TakeBackup.class)
        .run(
            settings.folder().resolve("log"),
            server.url(),
            server.newSlotHere(),
            archive.toString(),
            written.toString());
    server.dropSlots();
    List<Path> parts = List.copyOf(Folders.files(archive, PART).values());
    JavaProgram program = settings.program(RestoreBackup.class);
    new Comparison(
            title,
            settings.folder(),
            List.of(
                new Contestant(name, (out, log) -> shell(unpack, ":", parts, out, log)),
                new Contestant(
                    name + ", then sync",
                    (out, log) -> shell(unpack, "sync -f .", parts, out, log)),
                new Contestant(
                    "Walden", (out, log) -> program.run(log, archive.toString(), out.toString()))))
        .run(settings.rounds(), bytes, RestorePart::check);
    if (settings.profile()) {
      Path output = settings.folder().resolve("out");
      Profile.of(program, title, settings.folder(), archive.toString(), output.toString());
      Folders.delete(output);
    }
    Folders.delete(archive);
  }

  private static Figures shell(String unpack, String end, List<Path> parts, Path output, Path log)
      throws IOException, InterruptedException {
    Files.createDirectory(output);
    String script = "cd \"$0\" && for part; do " + unpack + " || exit; done; " + end;
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, output.toString()));
    parts.forEach(part -> command.add(part.toString()));
    return MeteredProcesses.run(List.of(command), log, null);
  }

  /** All files of databases must be the same. */
  private static void check(List<Path> outputs) throws IOException {
    Path theirs = outputs.get(0).resolve("base");
    Path ours = outputs.get(2).resolve("base");
    int same = 0;
    try (Stream<Path> files = Files.walk(theirs)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path restored = ours.resolve(theirs.relativize(file));
        if (Files.mismatch(file, restored) >= 0) {
          throw new IOException(file + " and " + restored + " differ");
        }
        same++;
      }
    }
    System.out.printf("%n%d files of databases are the same, byte for byte.%n", same);
  }
}
