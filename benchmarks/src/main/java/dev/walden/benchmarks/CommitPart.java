package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Commits that wait for a receiver, and a live load that does not: Walden beside pg_receivewal. In
 * each round each receiver is a new process; every second round runs in the opposite order.
 */
final class CommitPart {
  private static final String STANDBY = "standby";
  private static final String LIVE_RATE = "1500";
  private static final int COLD_SECONDS = 2;
  private static final int WARM_UP_SECONDS = 3;
  private static final int LIVE_SECONDS = 5;
  private static final int MANY = 8;

  private final Settings settings;
  private final Server server;

  CommitPart(Settings settings, Server server) {
    this.settings = settings;
    this.server = server;
  }

  /** A receiver's command, given where it writes and its slot; null for none. */
  private interface Command {
    List<String> of(Path output, String slot);
  }

  /**
   * @param waited whether commits wait for it
   */
  private record Receiver(String name, Command command, boolean waited) {}

  /**
   * @param cpu of the receiver, in cores
   */
  private record Live(double cpu, double perSecond) {}

  /** What was seen of a receiver in a round. What was not measured is NaN. */
  private record Seen(
      CommitLoad cold, CommitLoad one, CommitLoad many, double cpu, Live live, long peakBytes) {
    static final CommitLoad NOT = new CommitLoad(Double.NaN, Double.NaN);
  }

  void run() throws IOException, InterruptedException, SQLException {
    CommitLoad.prepare(server);
    server.force(true);
    List<Receiver> receivers =
        List.of(
            new Receiver("pg_receivewal --synchronous", this::synchronous, true),
            new Receiver("no receiver", null, true),
            new Receiver("Walden, spool", (to, slot) -> walden(to, slot, "spool"), true),
            new Receiver("Walden, tail", (to, slot) -> walden(to, slot, "tail"), true),
            new Receiver("pg_receivewal", this::pgReceivewal, false),
            new Receiver("Walden, segment", (to, slot) -> walden(to, slot, "segment"), false));
    Map<Receiver, List<Seen>> seen = new LinkedHashMap<>();
    receivers.forEach(receiver -> seen.put(receiver, new ArrayList<>()));
    for (int round = 0; round < settings.rounds(); round++) {
      List<Receiver> order = new ArrayList<>(receivers);
      if (round % 2 == 1) {
        Collections.reverse(order);
      }
      for (Receiver receiver : order) {
        seen.get(receiver).add(once(receiver));
      }
    }
    server.force(false);
    print(seen);
  }

  private List<String> pgReceivewal(Path output, String slot) {
    return server.client(
        "pg_receivewal",
        "-D",
        output.toString(),
        "-S",
        slot,
        "--no-loop",
        "-d",
        "application_name=" + STANDBY);
  }

  private List<String> synchronous(Path output, String slot) {
    List<String> command = pgReceivewal(output, slot);
    command.add("--synchronous");
    return command;
  }

  private List<String> walden(Path output, String slot, String durability) {
    return settings
        .receiver(KeepReceiving.class)
        .command(
            server.url() + "&ApplicationName=" + STANDBY,
            slot,
            output.toString(),
            durability,
            WrittenAs.zstd(0).toString());
  }

  private Seen once(Receiver receiver) throws IOException, InterruptedException, SQLException {
    Folders.sync();
    server.checkpoint();
    Path output = settings.folder().resolve("out");
    Files.createDirectory(output);
    Path log = settings.folder().resolve("log");
    Process process = null;
    try {
      if (receiver.command() != null) {
        server.commitsWaitFor(receiver.waited() ? STANDBY : "");
        process =
            new ProcessBuilder(receiver.command().of(output, server.newSlotHere()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        server.awaitStandby(STANDBY, receiver.waited());
      }
      return measure(receiver, process);
    } catch (IOException e) {
      throw new IOException(
          receiver.name() + (Files.exists(log) ? ": " + Files.readString(log) : ""), e);
    } finally {
      server.commitsWaitFor("");
      if (process != null) {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
      server.awaitNoStandby();
      server.dropSlots();
      Folders.delete(output);
    }
  }

  private Seen measure(Receiver receiver, Process process)
      throws IOException, InterruptedException {
    CommitLoad cold = Seen.NOT;
    CommitLoad one = Seen.NOT;
    CommitLoad many = Seen.NOT;
    double cpu = Double.NaN;
    if (receiver.waited()) {
      cold = load("on", 1, COLD_SECONDS);
      load("on", MANY, WARM_UP_SECONDS);
      double before = cpu(process);
      one = load("on", 1, settings.commitSeconds());
      many = load("on", MANY, settings.commitSeconds());
      double commits = (one.perSecond() + many.perSecond()) * settings.commitSeconds();
      cpu = (cpu(process) - before) / commits * 1e5;
    } else {
      load("local", MANY, WARM_UP_SECONDS);
    }
    Live live = new Live(Double.NaN, Double.NaN);
    long peak = 0;
    if (process != null) {
      double before = cpu(process);
      long start = System.nanoTime();
      CommitLoad commits = load("local", 4, LIVE_SECONDS, "-R", LIVE_RATE);
      double seconds = (System.nanoTime() - start) / 1e9;
      live = new Live((cpu(process) - before) / seconds, commits.perSecond());
      peak = ProcessTimes.of(process.pid()).peakResidentBytes();
    }
    Seen seen = new Seen(cold, one, many, cpu, live, peak);
    System.err.println(receiver.name() + ": " + seen);
    return seen;
  }

  private CommitLoad load(String synchronousCommit, int clients, int seconds, String... more)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(List.of("-T", "" + seconds));
    options.addAll(List.of(more));
    return CommitLoad.run(
        server, settings.folder(), synchronousCommit, clients, options.toArray(String[]::new));
  }

  private static double cpu(Process process) throws IOException {
    return process == null ? Double.NaN : ProcessTimes.of(process.pid()).cpuSeconds();
  }

  private void print(Map<Receiver, List<Seen>> seen) {
    Iterable<Map.Entry<Receiver, List<Seen>>> rows = seen.entrySet();
    List<Seen> first = seen.values().iterator().next();
    System.out.printf(
        "%n### Commits that wait, median latency (%d rounds of %d s each)%n%n",
        settings.rounds(), settings.commitSeconds());
    System.out.println(
        "| | 1 client: ms | ratio | commits/s | 8 clients: ms | ratio | commits/s"
            + " | first 2 s, 1 client: ms | CPU s for 100,000 | peak MB |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Map.Entry<Receiver, List<Seen>> row : rows) {
      List<Seen> rounds = row.getValue();
      if (row.getKey().waited()) {
        System.out.printf(
            Locale.ROOT,
            "| %s | %.2f | %.2f | %.0f | %.2f | %.2f | %.0f | %.2f | %s | %s |%n",
            row.getKey().name(),
            median(rounds, one -> one.one().milliseconds()),
            ratio(first, rounds, one -> one.one().milliseconds()),
            median(rounds, one -> one.one().perSecond()),
            median(rounds, one -> one.many().milliseconds()),
            ratio(first, rounds, one -> one.many().milliseconds()),
            median(rounds, one -> one.many().perSecond()),
            median(rounds, one -> one.cold().milliseconds()),
            row.getKey().command() == null
                ? ""
                : String.format(Locale.ROOT, "%.1f", median(rounds, Seen::cpu)),
            row.getKey().command() == null ? "" : peak(rounds));
      }
    }
    System.out.printf("%n### Live load, %s commits a second%n%n", LIVE_RATE);
    System.out.println("| | commits/s | CPU, percent of a core | ratio | peak MB |");
    System.out.println("| --- | --- | --- | --- | --- |");
    for (Map.Entry<Receiver, List<Seen>> row : rows) {
      if (row.getKey().command() != null) {
        System.out.printf(
            Locale.ROOT,
            "| %s | %.0f | %.1f | %.2f | %s |%n",
            row.getKey().name(),
            median(row.getValue(), one -> one.live().perSecond()),
            100 * median(row.getValue(), one -> one.live().cpu()),
            ratio(first, row.getValue(), one -> one.live().cpu()),
            peak(row.getValue()));
      }
    }
  }

  private static String peak(List<Seen> rounds) {
    return "" + rounds.stream().mapToLong(Seen::peakBytes).max().orElse(0) / 1_000_000;
  }

  /** The median of the rounds' ratios: more than 1 costs more than the first. */
  private static double ratio(List<Seen> first, List<Seen> other, ToDoubleFunction<Seen> cost) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < first.size(); round++) {
      ratios.add(cost.applyAsDouble(other.get(round)) / cost.applyAsDouble(first.get(round)));
    }
    return Comparison.median(ratios);
  }

  private static double median(List<Seen> rounds, ToDoubleFunction<Seen> figure) {
    return Comparison.median(rounds.stream().map(figure::applyAsDouble).toList());
  }
}
