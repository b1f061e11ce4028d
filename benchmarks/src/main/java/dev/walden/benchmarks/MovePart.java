package dev.walden.benchmarks;

import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Pushing segments into a bucket and fetching them: Walden beside curl, which only moves what was
 * compressed before, and Walden with a folder beside pgBackRest with one. The server and the client
 * share the cores.
 */
final class MovePart {
  private static final int[] AT_A_TIME = {1, 4, 16};
  private static final String HEAP = "128m";
  private static final long START_SECONDS = 30;

  private final Settings settings;
  private final Server server;
  private final JavaProgram program;
  private final BackRest backRest;
  private final Path segments;
  private final Path compressed;
  private int places;
  private String address;

  MovePart(Settings settings, Server server) {
    this.settings = settings;
    this.server = server;
    this.program = new JavaProgram(MoveWal.class, settings.javaOptions(), HEAP);
    this.backRest = new BackRest(server.dataFolder(), settings.folder());
    this.segments = settings.folder().resolve("segments");
    this.compressed = settings.folder().resolve("compressed");
  }

  void run() throws IOException, InterruptedException, SQLException {
    long bytes = segments();
    Path ready = settings.folder().resolve("port");
    Process proxy =
        new ProcessBuilder(
                settings.program(S3Server.class).command(bucket().toString(), ready.toString()))
            .redirectErrorStream(true)
            .redirectOutput(settings.folder().resolve("s3.log").toFile())
            .start();
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
      while (!Files.exists(ready)) {
        if (!proxy.isAlive() || System.nanoTime() > deadline) {
          throw new IOException("the S3 server does not start");
        }
        Thread.sleep(50);
      }
      address = "http://127.0.0.1:" + Files.readString(ready) + "/";
      for (int atATime : AT_A_TIME) {
        push(atATime, bytes);
        emptyBucket();
      }
      for (int atATime : AT_A_TIME) {
        fetch(atATime, bytes);
        emptyBucket();
      }
    } finally {
      proxy.destroy();
      proxy.waitFor();
    }
    server.dropSlots();
  }

  /** Real WAL in a folder of its own, and what zstd makes of it. */
  private long segments() throws IOException, InterruptedException, SQLException {
    Server.WalToStream wal = server.generateWal((long) (settings.walGigabytes() * 1e9));
    Files.createDirectories(segments);
    long bytes = 0;
    WalSegment next =
        WalSegment.containing(TimelineId.FIRST, wal.start(), WalSegmentSize.DEFAULT).next();
    for (; next.end().compareTo(wal.end()) <= 0; next = next.next()) {
      Files.copy(server.walFolder().resolve(next.toString()), segments.resolve(next.toString()));
      bytes += next.size().bytes();
    }
    Path archive = settings.folder().resolve("archive");
    Path log = settings.folder().resolve("log");
    program.run(log, "push", archive.toString(), segments.toString(), "2");
    Files.createDirectories(compressed);
    for (Path file : Folders.files(archive, "[0-9A-F]{24}\\.zst").values()) {
      Files.copy(file, compressed.resolve(file.getFileName()));
    }
    System.out.printf(
        "%n%d segments, %d MB compressed%n",
        bytes >> 24, Folders.bytes(Folders.files(compressed, ".*").values()) / 1_000_000);
    return bytes;
  }

  /** Or it would hold a copy of everything for each time it was pushed. */
  private void emptyBucket() throws IOException {
    try (Stream<Path> places = Files.list(bucket().resolve(S3Server.BUCKET))) {
      for (Path place : places.toList()) {
        Folders.delete(place);
      }
    }
  }

  private Path bucket() {
    return settings.folder().resolve("bucket");
  }

  private String place() {
    return address + "place-" + places++;
  }

  private void push(int atATime, long bytes) throws IOException, InterruptedException {
    String number = Integer.toString(atATime);
    new Comparison(
            "Pushing segments, " + atATime + " at a time",
            settings.folder(),
            withBackRest(
                new Contestant(
                    "pgBackRest, folder", (out, log) -> backRest.push(out, segments, atATime, log)),
                new Contestant(
                    "curl, compressed before", (out, log) -> curl(atATime, upload(), log)),
                new Contestant(
                    "Walden, bucket",
                    (out, log) -> program.run(log, "push", place(), segments.toString(), number)),
                new Contestant(
                    "Walden, folder",
                    (out, log) ->
                        program.run(log, "push", out.toString(), segments.toString(), number))))
        .run(settings.rounds(), bytes, outputs -> {});
  }

  private void fetch(int atATime, long bytes) throws IOException, InterruptedException {
    String number = Integer.toString(atATime);
    String theirs = address + S3Server.BUCKET + "/theirs-" + atATime + "/";
    Path log = settings.folder().resolve("log");
    curl(4, transfer("upload-file", theirs, compressed), log);
    String ours = place();
    program.run(log, "push", ours, segments.toString(), "4");
    Path theirArchive = settings.folder().resolve("theirs");
    if (BackRest.isInstalled() && !Files.exists(theirArchive)) {
      backRest.push(theirArchive, segments, 2, log);
    }
    Path archive = settings.folder().resolve("archive");
    new Comparison(
            "Fetching segments, " + atATime + " at a time",
            settings.folder(),
            withBackRest(
                new Contestant(
                    "pgBackRest, folder",
                    (out, logged) -> backRest.fetch(theirArchive, segments, atATime, out, logged)),
                new Contestant(
                    "curl, left compressed",
                    (out, logged) -> {
                      Files.createDirectories(out);
                      return curl(atATime, transfer("output", theirs, out), logged);
                    }),
                new Contestant(
                    "Walden, bucket",
                    (out, logged) ->
                        program.run(
                            logged, "fetch", ours, segments.toString(), number, out.toString())),
                new Contestant(
                    "Walden, folder",
                    (out, logged) ->
                        program.run(
                            logged,
                            "fetch",
                            archive.toString(),
                            segments.toString(),
                            number,
                            out.toString()))))
        .run(settings.rounds(), bytes, this::check);
  }

  /** The others, and pgBackRest as the last one if it is there. */
  private static List<Contestant> withBackRest(Contestant theirs, Contestant... others) {
    List<Contestant> all = new ArrayList<>(List.of(others));
    if (BackRest.isInstalled()) {
      all.add(theirs);
    } else {
      System.out.println("without pgBackRest, which is not installed");
    }
    return all;
  }

  private void check(List<Path> outputs) throws IOException {
    for (Path output : outputs.subList(1, outputs.size())) {
      try (Stream<Path> files = Files.list(segments)) {
        for (Path file : files.toList()) {
          if (Files.mismatch(file, output.resolve(file.getFileName())) >= 0) {
            throw new IOException(file + " differs in " + output);
          }
        }
      }
    }
  }

  private Path upload() throws IOException {
    return transfer(
        "upload-file", address + S3Server.BUCKET + "/theirs-place-" + places++ + "/", compressed);
  }

  /** curl's settings for all files. */
  private Path transfer(String option, String target, Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(compressed)) {
      for (Path file : files.sorted().toList()) {
        lines.add("url = \"" + target + file.getFileName() + '"');
        lines.add(option + " = \"" + folder.resolve(file.getFileName()) + '"');
      }
    }
    return Files.write(settings.folder().resolve("curl.conf"), lines);
  }

  private static Figures curl(int atATime, Path transfers, Path log)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("curl", "--silent", "--show-error", "--fail", "-H", "Expect:"));
    if (atATime > 1) {
      command.addAll(List.of("--parallel", "--parallel-max", Integer.toString(atATime)));
    }
    command.addAll(List.of("--config", transfers.toString()));
    return MeteredProcesses.run(List.of(command), log, null);
  }
}
