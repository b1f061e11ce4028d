package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Planning over an archive of a million segments, in a JVM with 256 MB of heap. */
final class PlanPart {
  private final Settings settings;

  PlanPart(Settings settings) {
    this.settings = settings;
  }

  void run() throws IOException, InterruptedException {
    for (String codec : new String[] {"zstd", "age"}) {
      Path log = settings.folder().resolve("log");
      new JavaProgram(PlanMany.class, settings.javaOptions(), "256m").run(log, codec);
      System.out.printf("%n### Planning, index with %s%n%n", codec);
      Files.readAllLines(log).forEach(System.out::println);
    }
  }
}
