package dev.walden.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be measured.
 *
 * @param parts of {@code receive}, {@code backup}, {@code restore}, {@code decode}, {@code plan},
 *     {@code commit} and {@code move}
 * @param folder where everything is written: the disk that is measured
 * @param postgres PostgreSQL's programs
 * @param javaOptions of every measured Java process, besides the size of its heap
 * @param receiveHeap the heap of a receiver
 * @param heap the heap of the others
 * @param commitSeconds how long each load of commits lasts
 * @param profile whether each kind of Walden's runs is done once more, under Java Flight Recorder
 */
record Settings(
    List<String> parts,
    double walGigabytes,
    double backupGigabytes,
    int rounds,
    Path folder,
    Path postgres,
    List<String> javaOptions,
    String receiveHeap,
    String heap,
    int commitSeconds,
    boolean profile) {
  static final String USAGE =
      """
      benchmarks/run [--no-build] [option…] [receive] [backup] [restore] [decode] [plan] [commit] [move]
        --rounds=N         how often each contestant runs, in turns (3)
        --wal-gb=N         gigabytes of WAL to stream, decode or move (2)
        --backup-gb=N      gigabytes of data to back up (2)
        --commit-seconds=N seconds of each load of commits (4)
        --folder=PATH      where to write, so the disk to measure (benchmarks/target/data)
        --postgres=PATH    PostgreSQL's programs (Debian's 15, or else those of the PATH)
        --java-options=…   of the measured Java processes
                           (%s)
        --receive-heap=N   heap of a receiver (%s)
        --heap=N           heap of the other measured Java processes (%s)
        --profile          show where Walden's time goes, from one more run of each kind\
      """
          .formatted(Defaults.JAVA_OPTIONS, Defaults.RECEIVE_HEAP, Defaults.HEAP);

  private static final List<String> PARTS =
      List.of("receive", "backup", "restore", "decode", "plan", "commit", "move");

  /** What holds unless set. */
  private static final class Defaults {
    static final String JAVA_OPTIONS =
        "-XX:+UseSerialGC -XX:MaxDirectMemorySize=64m -XX:LiveNodeCountInliningCutoff=1000"
            + " -XX:MaxNodeLimit=20000 -XX:NodeLimitFudgeFactor=600";
    static final String RECEIVE_HEAP = "14m";
    static final String HEAP = "64m";
    static final Path DEBIAN = Path.of("/usr/lib/postgresql/15/bin");
  }

  /**
   * @throws IllegalArgumentException if an argument is not known
   */
  static Settings parse(String[] arguments) {
    List<String> parts = new ArrayList<>();
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--java-options", Defaults.JAVA_OPTIONS);
    options.put("--receive-heap", Defaults.RECEIVE_HEAP);
    options.put("--heap", Defaults.HEAP);
    options.put("--wal-gb", "2");
    options.put("--backup-gb", "2");
    options.put("--rounds", "3");
    options.put("--commit-seconds", "4");
    options.put("--postgres", "");
    options.put("--folder", "");
    options.put("--profile", "false");
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (options.containsKey(name)) {
        options.put(name, equals < 0 ? "true" : argument.substring(equals + 1));
      } else if (PARTS.contains(argument)) {
        parts.add(argument);
      } else {
        throw new IllegalArgumentException("unknown: " + argument + "\n" + USAGE);
      }
    }
    return new Settings(
        parts.isEmpty() ? PARTS : List.copyOf(parts),
        Double.parseDouble(options.get("--wal-gb")),
        Double.parseDouble(options.get("--backup-gb")),
        Integer.parseInt(options.get("--rounds")),
        Path.of(options.get("--folder"), "walden-benchmarks").toAbsolutePath(),
        postgres(options.get("--postgres")),
        List.of(options.get("--java-options").split(" ")),
        options.get("--receive-heap"),
        options.get("--heap"),
        Integer.parseInt(options.get("--commit-seconds")),
        Boolean.parseBoolean(options.get("--profile")));
  }

  private static Path postgres(String given) {
    if (!given.isEmpty()) {
      return Path.of(given);
    }
    if (Files.isExecutable(Defaults.DEBIAN.resolve("pg_receivewal"))) {
      return Defaults.DEBIAN;
    }
    for (String folder : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(folder, "pg_receivewal"))) {
        return Path.of(folder);
      }
    }
    throw new IllegalArgumentException("no pg_receivewal found; give --postgres");
  }

  /** A receiver, in a JVM of its own. */
  JavaProgram receiver(Class<?> main) {
    return new JavaProgram(main, javaOptions, receiveHeap);
  }

  /** Another program, in a JVM of its own. */
  JavaProgram program(Class<?> main) {
    return new JavaProgram(main, javaOptions, heap);
  }

  boolean has(String part) {
    return parts.contains(part);
  }
}
