package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The first contestant against the others, in turns. The first round is not counted: it warms the
 * server up, and what it makes is compared. Each round after it begins with another contestant, and
 * each run's output is deleted before the next.
 */
final class Comparison {
  private final String title;
  private final Path folder;
  private final List<Contestant> contestants;

  Comparison(String title, Path folder, List<Contestant> contestants) {
    this.title = title;
    this.folder = folder;
    this.contestants = contestants;
  }

  /** Looks at what the contestants have made in the round that is not counted. */
  interface Check {
    void compare(List<Path> outputs) throws IOException;
  }

  /** Runs and prints a table in Markdown; the bytes are those that every contestant handles. */
  void run(int rounds, long bytes, Check check) throws IOException, InterruptedException {
    List<Path> outputs = new ArrayList<>();
    for (Contestant contestant : contestants) {
      Path output = folder.resolve("out-" + outputs.size());
      outputs.add(output);
      once(contestant, output, bytes);
    }
    check.compare(outputs);
    for (Path output : outputs) {
      Folders.delete(output);
    }
    Map<Contestant, List<Figures>> seen = new LinkedHashMap<>();
    contestants.forEach(contestant -> seen.put(contestant, new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      List<Contestant> order = new ArrayList<>(contestants);
      Collections.rotate(order, round);
      for (Contestant contestant : order) {
        Path output = folder.resolve("out");
        seen.get(contestant).add(once(contestant, output, bytes));
        Folders.delete(output);
      }
    }
    print(seen, bytes);
  }

  private Figures once(Contestant contestant, Path output, long bytes)
      throws IOException, InterruptedException {
    Folders.sync();
    touchMemory(bytes);
    Path log = folder.resolve("log");
    Files.deleteIfExists(log);
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    Figures figures = contestant.run(output, log);
    System.err.printf(
        Locale.ROOT,
        "%s: %s: %.2f s, CPU %.2f s, %d MB (load average before: %s)%n",
        title,
        contestant.name(),
        figures.seconds(),
        figures.cpuSeconds(),
        figures.peakResidentBytes() / 1_000_000,
        load);
    return figures;
  }

  /**
   * Uses as much memory as a run may fill, and gives it back. Virtual machines return free memory
   * to their host, and who takes it again first would wait for it.
   */
  private static void touchMemory(long bytes) throws IOException, InterruptedException {
    long megabytes = 512 + bytes * 5 / 4 / (1 << 20);
    int status =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-Xms" + megabytes + "m",
                "-Xmx" + megabytes + "m",
                "--version")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException("cannot use " + megabytes + " MiB of memory before a run");
    }
  }

  private void print(Map<Contestant, List<Figures>> seen, long bytes) {
    List<Figures> first = seen.get(contestants.get(0));
    System.out.printf(Locale.ROOT, "%n### %s (%.2f GB)%n%n", title, bytes / 1e9);
    System.out.println("| | ratio | MB/s in each round | CPU s | ratio per CPU s | peak MB |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    seen.forEach(
        (contestant, figures) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %s | %.2f | %.2f | %d |%n",
                contestant.name(),
                ratio(first, figures, Figures::seconds),
                figures.stream()
                    .map(f -> String.format(Locale.ROOT, "%.0f", f.megabytesPerSecond(bytes)))
                    .collect(Collectors.joining(" ")),
                median(figures.stream().map(Figures::cpuSeconds).toList()),
                ratio(first, figures, Figures::cpuSeconds),
                figures.stream().mapToLong(Figures::peakResidentBytes).max().orElse(0)
                    / 1_000_000));
  }

  /** The median of the rounds' ratios of throughput: more than 1 is faster than the first. */
  private static double ratio(
      List<Figures> first, List<Figures> other, ToDoubleFunction<Figures> cost) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < first.size(); round++) {
      ratios.add(cost.applyAsDouble(first.get(round)) / cost.applyAsDouble(other.get(round)));
    }
    return median(ratios);
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
