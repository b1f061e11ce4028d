package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs scripts with the commands that an administrator has. */
public final class Shell {
  private static final long LIMIT_SECONDS = 120;

  private final Path folder;
  private final String path;

  private Shell(Path folder, String path) {
    this.folder = folder;
    this.path = path;
  }

  /** A shell in a folder; the test is skipped if one of the commands is not installed. */
  public static Shell in(Path folder, String... commands) {
    String path = System.getenv("PATH");
    for (String command : commands) {
      boolean found =
          Stream.of(path.split(File.pathSeparator))
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, command)));
      assumeTrue(found, "skipped: the command " + command + " is not installed");
    }
    return new Shell(folder, path);
  }

  /** The same shell, which looks for commands in a directory first. */
  Shell withPath(Path directory) {
    return new Shell(folder, directory + File.pathSeparator + path);
  }

  /** The same shell, which finds no commands but those of a directory. */
  public Shell withOnly(Path directory) {
    return new Shell(folder, directory.toString());
  }

  /** How a script ended, and what it wrote to its two outputs. */
  public record Result(int status, String output) {}

  /** Runs a script in which every failure ends it; it must succeed. */
  public String run(String script, String... arguments) throws IOException, InterruptedException {
    Path file = Files.writeString(Files.createTempFile(folder, "script", ".sh"), script);
    List<String> command = new ArrayList<>(List.of("sh", "-eu", file.toString()));
    command.addAll(List.of(arguments));
    Result result = execute(command);
    assertEquals(0, result.status(), result.output());
    return result.output();
  }

  /** Runs a command, however it ends. */
  public Result execute(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.toFile());
    builder.environment().put("PATH", path);
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), () -> command + " does not end");
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }
}
