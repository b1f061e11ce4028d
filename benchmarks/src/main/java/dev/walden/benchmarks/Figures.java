package dev.walden.benchmarks;

/**
 * What one run took. CPU time is user and system time of all processes of the contestant, without
 * the server's.
 */
record Figures(double seconds, double cpuSeconds, long peakResidentBytes) {

  double megabytesPerSecond(long bytes) {
    return bytes / 1e6 / seconds;
  }
}
