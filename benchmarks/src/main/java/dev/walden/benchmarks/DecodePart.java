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

/** Reading the records of pgbench's WAL: Walden's reader and outliner beside pg_waldump. */
final class DecodePart {
  private final Settings settings;
  private final Server server;
  private String first;
  private String last;

  DecodePart(Settings settings, Server server) {
    this.settings = settings;
    this.server = server;
  }

  void run() throws IOException, InterruptedException, SQLException {
    Server.WalToStream wal =
        server.generateTransactions(
            (long) (settings.walGigabytes() * 1e9), settings.folder().resolve("pgbench.log"));
    WalSegmentSize size = WalSegmentSize.DEFAULT;
    first = WalSegment.containing(TimelineId.FIRST, wal.start(), size).toString();
    last = WalSegment.containing(TimelineId.FIRST, wal.end().plus(-1), size).toString();
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(new Contestant("pg_waldump --stats", pgWaldump("--stats")));
    contestants.add(new Contestant("pg_waldump --quiet", pgWaldump("--quiet")));
    contestants.add(new Contestant("Walden, all records", walden(DecodeWal.class)));
    contestants.add(new Contestant("Walden, outlines", walden(OutlineWal.class)));
    new Comparison("Decoding WAL", settings.folder(), contestants)
        .run(settings.rounds(), wal.bytes(), DecodePart::check);
    if (settings.profile()) {
      Path output = settings.folder().resolve("out");
      Profile.of(
          settings.program(OutlineWal.class), "Outlining", settings.folder(), arguments(output));
      Files.delete(output);
    }
    server.dropSlots();
  }

  private Contestant.Work pgWaldump(String option) {
    return (output, log) ->
        MeteredProcesses.run(
            List.of(
                List.of(
                    settings.postgres().resolve("pg_waldump").toString(),
                    option,
                    "-p",
                    server.walFolder().toString(),
                    first,
                    last)),
            log,
            output);
  }

  private Contestant.Work walden(Class<?> main) {
    return (output, log) -> settings.program(main).run(log, arguments(output));
  }

  private String[] arguments(Path output) {
    return new String[] {server.walFolder().toString(), first, last, output.toString()};
  }

  /** All must have seen the same number of records. */
  private static void check(List<Path> outputs) throws IOException {
    String total =
        Files.readAllLines(outputs.get(0)).stream()
            .filter(line -> line.startsWith("Total "))
            .findFirst()
            .orElseThrow()
            .split("\\s+")[1];
    for (Path output : outputs.subList(2, outputs.size())) {
      if (!Files.readString(output).equals(total)) {
        throw new IOException(total + " records expected, " + Files.readString(output));
      }
    }
    System.out.printf("%n%s records were read by all.%n", total);
  }
}
