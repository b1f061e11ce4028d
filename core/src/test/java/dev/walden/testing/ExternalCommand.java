package dev.walden.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a short command to its end. */
final class ExternalCommand {
  private ExternalCommand() {}

  /**
   * Runs a command, for at most {@code limit}.
   *
   * @return its standard output and standard error
   * @throws IOException if it cannot be started, takes longer, or exits with a status other than 0
   */
  static String run(Duration limit, List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("walden-command", ".out");
    try {
      Process process = start(command, ProcessBuilder.Redirect.to(output.toFile()));
      try {
        boolean ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        if (!ended) {
          throw new IOException(command + " did not end within " + limit + ": " + text);
        }
        if (process.exitValue() != 0) {
          throw new IOException(command + " ended with " + process.exitValue() + ": " + text);
        }
        return text;
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Starts a command without standard input and without the environment's {@code PG…}. */
  static Process start(List<String> command, ProcessBuilder.Redirect output) throws IOException {
    return start(command, output, Map.of());
  }

  /** Starts a command with additional environment variables. */
  static Process start(
      List<String> command, ProcessBuilder.Redirect output, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().putAll(environment);
    return builder.start();
  }
}
