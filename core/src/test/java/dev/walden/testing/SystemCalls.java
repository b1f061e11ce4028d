package dev.walden.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What a process did to the files below a directory, and what it printed, in order; by strace. */
public final class SystemCalls {
  private final String root;
  private final List<String> calls = new ArrayList<>();

  private SystemCalls(String root) {
    this.root = root;
  }

  /**
   * Runs a Java program to its end; skips the test if there is no strace.
   *
   * @param root a directory; calls on others are left out
   * @param traces a directory for strace's files
   */
  public static SystemCalls of(Path root, Path traces, Class<?> program, String... arguments)
      throws Exception {
    assumeTrue(succeeds(List.of("strace", "true")), "needs strace");
    List<String> command =
        new ArrayList<>(
            List.of(
                "strace",
                "-ff",
                "-y",
                "-s",
                "20",
                "-e",
                "trace=/(fsync|fdatasync|link|linkat|rename.*|mkdir|mkdirat|write|pwrite64)$",
                "-o",
                traces.resolve("thread").toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    assertTrue(succeeds(command));
    SystemCalls found = new SystemCalls(root.toString());
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(traces)) {
      for (Path thread : threads) {
        found.calls.addAll(Files.readAllLines(thread));
      }
    }
    found.calls.removeIf(call -> !call.contains(found.root) && !call.contains("write(1"));
    return found;
  }

  /**
   * The place of the first call at or after {@code from} that fits a pattern, in which brackets are
   * bare and ROOT stands for the directory.
   */
  public int find(int from, String pattern) {
    String regex =
        pattern.replace("(", "\\(").replace(")", "\\)").replace("ROOT", Pattern.quote(root));
    for (int i = from; i < calls.size(); i++) {
      if (Pattern.compile(regex).matcher(calls.get(i)).find()) {
        return i;
      }
    }
    throw new AssertionError(
        "no " + pattern + " after call " + from + " in\n" + String.join("\n", calls));
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException absent) {
      return false;
    }
  }
}
