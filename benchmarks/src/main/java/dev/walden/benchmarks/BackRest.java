package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * pgBackRest with a repository in a folder, compressed as Walden does it, and a process for each
 * segment, as {@code archive_command} and {@code restore_command} start them.
 */
final class BackRest {
  private final Path data;
  private final Path work;

  /** For the cluster in a data directory. */
  BackRest(Path data, Path work) {
    this.data = data;
    this.work = work;
  }

  static boolean isInstalled() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "pgbackrest")));
  }

  /** Makes a repository and pushes what is in the folder; only that is measured. */
  Figures push(Path repository, Path segments, int atATime, Path log)
      throws IOException, InterruptedException {
    MeteredProcesses.run(List.of(command(repository, "--no-online", "stanza-create")), log, null);
    return each(
        segments,
        atATime,
        command(
            repository,
            "--compress-type=zst",
            "--compress-level=1",
            "archive-push",
            segments + "/{}"),
        log);
  }

  /** Fetches the segments that the folder has. */
  Figures fetch(Path repository, Path segments, int atATime, Path output, Path log)
      throws IOException, InterruptedException {
    Files.createDirectories(output);
    return each(segments, atATime, command(repository, "archive-get", "{}", output + "/{}"), log);
  }

  private List<String> command(Path repository, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "pgbackrest",
                "--stanza=benchmark",
                "--pg1-path=" + data,
                "--repo1-path=" + repository,
                "--lock-path=" + work.resolve("pgbackrest"),
                "--log-level-file=off",
                "--log-level-console=error"));
    command.addAll(List.of(more));
    return command;
  }

  private Figures each(Path segments, int atATime, List<String> command, Path log)
      throws IOException, InterruptedException {
    Path names = work.resolve("names");
    try (Stream<Path> files = Files.list(segments)) {
      Files.write(names, files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    List<String> xargs =
        new ArrayList<>(List.of("xargs", "-a", names.toString(), "-P", "" + atATime, "-I", "{}"));
    xargs.addAll(command);
    return MeteredProcesses.run(List.of(xargs), log, null);
  }
}
