package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;

/** Measures Walden beside PostgreSQL's own programs and prints ratios. */
public final class Benchmarks {
  private Benchmarks() {}

  /** See {@link Settings#USAGE}. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, SQLException {
    if (List.of(arguments).contains("--help")) {
      System.out.println(Settings.USAGE);
      return;
    }
    Settings settings = Settings.parse(arguments);
    Folders.delete(settings.folder());
    Files.createDirectories(settings.folder());
    System.out.printf(
        "Java %s, %d cores; measured Java processes run with %s -Xmx%s (receiver: -Xmx%s)%n",
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        String.join(" ", settings.javaOptions()),
        settings.heap(),
        settings.receiveHeap());
    try (Server server = Server.start(settings.postgres(), settings.folder())) {
      if (settings.has("receive")) {
        new ReceivePart(settings, server).run();
      }
      if (settings.has("backup")) {
        new BackupPart(settings, server).run();
      }
      if (settings.has("restore")) {
        new RestorePart(settings, server).run();
      }
      if (settings.has("decode")) {
        new DecodePart(settings, server).run();
      }
      if (settings.has("plan")) {
        new PlanPart(settings).run();
      }
      if (settings.has("commit")) {
        new CommitPart(settings, server).run();
      }
      if (settings.has("move")) {
        new MovePart(settings, server).run();
      }
    } finally {
      Folders.delete(settings.folder());
    }
  }
}
