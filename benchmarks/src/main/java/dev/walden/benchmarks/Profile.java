package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a Java process spends its time, by Java Flight Recorder: how long threads of each kind were
 * reading the socket, writing and forcing files, and in which methods they were when sampled.
 */
final class Profile {
  private static final int MOST_METHODS = 12;
  private static final String SETTINGS =
      """
      <configuration version="2.0">
        <event name="jdk.ExecutionSample">
          <setting name="enabled">true</setting><setting name="period">10 ms</setting>
        </event>
        <event name="jdk.NativeMethodSample">
          <setting name="enabled">true</setting><setting name="period">10 ms</setting>
        </event>
        <event name="jdk.SocketRead">
          <setting name="enabled">true</setting><setting name="threshold">0 ms</setting>
        </event>
        <event name="jdk.FileWrite">
          <setting name="enabled">true</setting><setting name="threshold">0 ms</setting>
        </event>
        <event name="jdk.FileForce">
          <setting name="enabled">true</setting><setting name="threshold">0 ms</setting>
        </event>
        <event name="jdk.GarbageCollection">
          <setting name="enabled">true</setting><setting name="threshold">0 ms</setting>
        </event>
      </configuration>
      """;

  private final Map<String, Duration> waits = new TreeMap<>();
  private final Map<String, Integer> methods = new TreeMap<>();
  private int samples;

  private Profile() {}

  /** Runs a program once more, recorded, and prints what was seen. */
  static void of(JavaProgram program, String title, Path folder, String... arguments)
      throws IOException, InterruptedException {
    Folders.sync();
    Path recording = folder.resolve("recording.jfr");
    Files.writeString(folder.resolve("profile.jfc"), SETTINGS);
    Figures figures = program.record(recording, folder.resolve("log"), arguments);
    Profile profile = new Profile();
    try (RecordingFile events = new RecordingFile(recording)) {
      while (events.hasMoreEvents()) {
        profile.add(events.readEvent());
      }
    }
    profile.print(title, figures);
    Files.delete(recording);
  }

  private void add(RecordedEvent event) {
    String type = event.getEventType().getName().replace("jdk.", "");
    switch (type) {
      case "ExecutionSample", "NativeMethodSample" -> sample(event);
      case "GarbageCollection" -> waits.merge(type, event.getDuration(), Duration::plus);
      default -> waits.merge(type + " by " + thread(event), event.getDuration(), Duration::plus);
    }
  }

  private static String thread(RecordedEvent event) {
    return event.getThread() == null ? "?" : event.getThread().getJavaName();
  }

  private void sample(RecordedEvent event) {
    if (event.getStackTrace() == null || event.getStackTrace().getFrames().isEmpty()) {
      return;
    }
    RecordedFrame top = event.getStackTrace().getFrames().get(0);
    String method =
        top.getMethod().getType().getName().replaceFirst(".*\\.", "")
            + "."
            + top.getMethod().getName();
    if (!method.contains("EPoll") && !method.contains("accept")) {
      methods.merge(method, 1, Integer::sum);
      samples++;
    }
  }

  private void print(String title, Figures figures) {
    System.out.printf(
        Locale.ROOT,
        "%n#### %s: %.1f s, CPU %.1f s%n%n",
        title,
        figures.seconds(),
        figures.cpuSeconds());
    waits.forEach(
        (what, time) -> System.out.printf(Locale.ROOT, "    %6.2f s %s%n", seconds(time), what));
    System.out.println();
    methods.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .limit(MOST_METHODS)
        .forEach(
            entry ->
                System.out.printf(
                    Locale.ROOT,
                    "    %4.1f %% of samples in %s%n",
                    100.0 * entry.getValue() / samples,
                    entry.getKey()));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
