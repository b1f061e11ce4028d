package dev.walden.recovery.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A running {@link ReceiverProgram}. */
final class ReceiverProcess implements AutoCloseable {
  private final Process process;
  private final Path log;

  /** Starts it; the log is appended to. */
  ReceiverProcess(Map<String, String> arguments, Path log) throws IOException {
    this(List.of(), arguments, log);
  }

  /** Starts it under another program. */
  ReceiverProcess(List<String> observer, Map<String, String> arguments, Path log)
      throws IOException {
    this.log = log;
    List<String> command = new ArrayList<>(observer);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-cp",
            System.getProperty("java.class.path"),
            ReceiverProgram.class.getName()));
    arguments.forEach((name, value) -> command.add(name + '=' + value));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** Ends it with SIGKILL, also where it is frozen. */
  void kill() throws InterruptedException {
    close();
    process.waitFor();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
