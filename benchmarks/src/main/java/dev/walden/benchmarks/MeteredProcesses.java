package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs commands, joined by pipes, from start to exit. CPU time and peak memory are read from {@code
 * /proc} every few milliseconds until the end, so that the last few are not counted.
 */
final class MeteredProcesses {
  private static final long PAUSE_MILLIS = 5;

  private final Map<Long, Double> cpuSeconds = new HashMap<>();
  private final Map<Long, Long> peakBytes = new HashMap<>();

  private MeteredProcesses() {}

  /**
   * @param log where the commands' output goes that is no result
   * @param result where the last command's output goes, or null
   */
  static Figures run(List<List<String>> commands, Path log, Path result)
      throws IOException, InterruptedException {
    List<ProcessBuilder> builders = new ArrayList<>();
    for (List<String> command : commands) {
      builders.add(
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
    }
    ProcessBuilder last = builders.get(builders.size() - 1);
    last.redirectOutput(
        result == null
            ? ProcessBuilder.Redirect.appendTo(log.toFile())
            : ProcessBuilder.Redirect.to(result.toFile()));
    long start = System.nanoTime();
    return new MeteredProcesses().await(ProcessBuilder.startPipeline(builders), start, log);
  }

  private Figures await(List<Process> processes, long start, Path log)
      throws IOException, InterruptedException {
    while (processes.stream().anyMatch(Process::isAlive)) {
      for (Process process : processes) {
        look(process.pid());
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    for (Process process : processes) {
      if (process.waitFor() != 0) {
        throw new IOException("ended with " + process.exitValue() + ":\n" + Files.readString(log));
      }
    }
    return new Figures(
        seconds,
        cpuSeconds.values().stream().mapToDouble(value -> value).sum(),
        peakBytes.values().stream().mapToLong(value -> value).sum());
  }

  private void look(long pid) throws IOException {
    Path folder = Path.of("/proc", Long.toString(pid));
    try {
      ProcessTimes times = ProcessTimes.of(pid);
      cpuSeconds.put(pid, times.cpuSeconds());
      if (times.peakResidentBytes() > 0) {
        peakBytes.put(pid, times.peakResidentBytes());
      }
    } catch (NoSuchFileException ended) {
      // what was seen last counts
    } catch (IOException ended) {
      if (Files.exists(folder)) {
        throw ended;
      }
    }
  }
}
