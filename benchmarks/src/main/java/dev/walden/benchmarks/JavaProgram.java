package dev.walden.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main class of this package, in a JVM of its own. */
record JavaProgram(Class<?> main, List<String> options, String heap) {

  Figures run(Path log, String... arguments) throws IOException, InterruptedException {
    return MeteredProcesses.run(List.of(command(List.of(), arguments)), log, null);
  }

  /** Runs it under Java Flight Recorder. */
  Figures record(Path recording, Path log, String... arguments)
      throws IOException, InterruptedException {
    List<String> recorder =
        List.of(
            "-XX:StartFlightRecording=settings="
                + recording.resolveSibling("profile.jfc")
                + ",filename="
                + recording);
    return MeteredProcesses.run(List.of(command(recorder, arguments)), log, null);
  }

  /** The command that runs it. */
  List<String> command(String... arguments) {
    return command(List.of(), arguments);
  }

  private List<String> command(List<String> more, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.addAll(options);
    command.addAll(more);
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
