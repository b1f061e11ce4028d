package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/**
 * One way to do the work.
 *
 * @param name as it is printed
 */
record Contestant(String name, Work work) {

  /** The work, into a folder of its own that does not exist yet. */
  interface Work {
    Figures run(Path output, Path log) throws Exception;
  }

  Figures run(Path output, Path log) throws IOException, InterruptedException {
    try {
      return work.run(output, log);
    } catch (IOException | InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(name + " failed", e);
    }
  }
}
