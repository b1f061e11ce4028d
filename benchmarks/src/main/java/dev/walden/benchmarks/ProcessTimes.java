package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has used so far, from {@code /proc}.
 *
 * @param cpuSeconds user and system time, of the process and of its children that have ended
 */
record ProcessTimes(double cpuSeconds, long peakResidentBytes) {
  private static final double TICKS_PER_SECOND = 100;
  private static final int USER_TICKS = 11;
  private static final int CPU_FIELDS = 4;

  static ProcessTimes of(long pid) throws IOException {
    Path folder = Path.of("/proc", Long.toString(pid));
    String stat = Files.readString(folder.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int i = 0; i < CPU_FIELDS; i++) {
      ticks += Long.parseLong(fields[USER_TICKS + i]);
    }
    long peak = 0;
    for (String line : Files.readAllLines(folder.resolve("status"))) {
      if (line.startsWith("VmHWM:")) {
        peak = Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return new ProcessTimes(ticks / TICKS_PER_SECOND, peak);
  }
}
