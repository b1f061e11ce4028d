package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * pgbench with commits of one row each, prepared.
 *
 * @param milliseconds of a commit, the median
 * @param perSecond commits
 */
record CommitLoad(double milliseconds, double perSecond) {
  private static final String LATENCIES = "latencies";
  private static final int MICROSECONDS = 2;
  private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+) ");

  /** Makes the table. */
  static void prepare(Server server) throws java.sql.SQLException {
    server.execute("CREATE TABLE IF NOT EXISTS committed (client int, at timestamptz)");
  }

  /**
   * @param synchronousCommit the setting of that name
   * @param options more of pgbench's
   */
  static CommitLoad run(
      Server server, Path folder, String synchronousCommit, int clients, String... options)
      throws IOException, InterruptedException {
    Path script = folder.resolve("commit.sql");
    Files.writeString(script, "INSERT INTO committed VALUES (:client_id, now());\n");
    Path log = folder.resolve("pgbench.log");
    Files.deleteIfExists(log);
    List<String> arguments =
        new ArrayList<>(
            List.of("-n", "-M", "prepared", "-f", script.toString(), "-c", "" + clients));
    arguments.addAll(List.of("-j", "" + Math.min(clients, 2)));
    Path latencies = Files.createDirectory(folder.resolve(LATENCIES));
    arguments.addAll(List.of("-l", "--log-prefix=" + latencies.resolve("log")));
    arguments.addAll(List.of(options));
    server.pgbench(log, synchronousCommit, arguments.toArray(String[]::new));
    double median = median(latencies);
    Folders.delete(latencies);
    return new CommitLoad(median, number(RATE, Files.readString(log)));
  }

  /** Of what pgbench notes of each transaction; in milliseconds. */
  private static double median(Path latencies) throws IOException {
    List<Double> all = new ArrayList<>();
    for (Path file : Folders.files(latencies, ".*").values()) {
      for (String line : Files.readAllLines(file)) {
        all.add(Double.parseDouble(line.split(" ")[MICROSECONDS]) / 1000);
      }
    }
    if (all.isEmpty()) {
      throw new IOException("pgbench has made no transaction");
    }
    return Comparison.median(all);
  }

  private static double number(Pattern pattern, String output) throws IOException {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IOException("pgbench says:\n" + output);
    }
    return Double.parseDouble(matcher.group(1));
  }
}
