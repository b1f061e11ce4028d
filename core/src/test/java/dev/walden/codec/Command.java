package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the commands that are this package's second opinion. */
final class Command {
  private static final long SECONDS = 60;

  private final Path folder;

  private Command(Path folder) {
    this.folder = folder;
  }

  /** Skips the test if a command is not installed. */
  static Command in(Path folder, String... names) {
    for (String name : names) {
      boolean found =
          Stream.of(System.getenv("PATH").split(File.pathSeparator))
              .anyMatch(path -> Files.isExecutable(Path.of(path, name)));
      assumeTrue(found, "the command " + name + " is not installed");
    }
    return new Command(folder);
  }

  /** Runs a command in the folder; fails the test unless it exits with 0. */
  byte[] run(byte[] input, String... words) throws IOException, InterruptedException {
    Path in = Files.createTempFile(folder, "in", null);
    Path out = Files.createTempFile(folder, "out", null);
    Files.write(in, input);
    int code = exitCode(in, out, words);
    assertEquals(0, code, () -> List.of(words) + " failed");
    return Files.readAllBytes(out);
  }

  /** Whether a command refuses its input. */
  boolean refuses(byte[] input, String... words) throws IOException, InterruptedException {
    Path in = Files.createTempFile(folder, "in", null);
    Files.write(in, input);
    return exitCode(in, Files.createTempFile(folder, "out", null), words) != 0;
  }

  private int exitCode(Path in, Path out, String... words)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(Files.createTempFile(folder, "err", null).toFile())
            .start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertTrue(ended, () -> List.of(words) + " did not end");
    return process.exitValue();
  }
}
