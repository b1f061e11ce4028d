package dev.walden.testing;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A cluster's data directory, and the log beside it. */
record DataDirectory(Path path) {
  private static final Duration INITDB_LIMIT = Duration.ofSeconds(120);
  // The lines of postmaster.pid: src/include/utils/pidfile.h.
  private static final int PID_LINE = 0;
  private static final int STATUS_LINE = 7;

  Path logFile() {
    return path.resolveSibling(path.getFileName() + ".log");
  }

  /** Creates a cluster with {@code initdb}. */
  void initialise(PostgresBinaries binaries, ServerAccount account, List<String> arguments)
      throws IOException, InterruptedException {
    // initdb cannot create folders in another user's folder.
    Files.createDirectories(path);
    account.own(path);
    List<String> command = new ArrayList<>();
    command.add(binaries.bin("initdb").toString());
    command.add("--pgdata=" + path);
    command.addAll(arguments);
    ExternalCommand.run(INITDB_LIMIT, account.command(command));
  }

  /** Creates the folder if needed; fails if it contains files. */
  void requireEmpty() throws IOException {
    Files.createDirectories(path);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      if (files.iterator().hasNext()) {
        throw new DirectoryNotEmptyException(path.toString());
      }
    }
  }

  void addSettings(Map<String, String> settings) throws IOException {
    List<String> lines = new ArrayList<>();
    settings.forEach((name, value) -> lines.add(name + " = " + quote(value)));
    Files.write(path.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
  }

  /** Quotes for {@code src/backend/utils/misc/guc-file.l}. */
  private static String quote(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'";
  }

  void addHba(List<String> first) throws IOException {
    if (!first.isEmpty()) {
      Path file = path.resolve("pg_hba.conf");
      List<String> lines = new ArrayList<>(first);
      lines.addAll(Files.readAllLines(file));
      Files.write(file, lines);
    }
  }

  /** The check for which {@code pg_ctl} waits: {@code src/bin/pg_ctl/pg_ctl.c}. */
  boolean acceptsConnections(long postmaster) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(path.resolve("postmaster.pid"));
    } catch (NoSuchFileException e) {
      return false;
    }
    if (lines.size() <= STATUS_LINE
        || !lines.get(PID_LINE).strip().equals(Long.toString(postmaster))) {
      return false;
    }
    String status = lines.get(STATUS_LINE).strip();
    return status.equals("ready") || status.equals("standby");
  }
}
