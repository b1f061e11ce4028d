package dev.walden.examples.cli;

import dev.walden.recovery.restore.RestoreCommand;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches one file for a recovering server. */
@Command(
    name = "restore-command",
    description =
        "Fetch one file for restore_command, in the shell line that restore --wal-on-demand"
            + " writes.")
public final class RestoreCommandCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;

  @Option(
      names = "--ahead",
      paramLabel = "N",
      description = "also fetch up to N of the following segments; default: ${DEFAULT-VALUE}")
  private int ahead = 8;

  @Parameters(index = "0", paramLabel = "FILE", description = "%%f")
  private String file;

  @Parameters(index = "1", paramLabel = "PATH", description = "%%p")
  private Path target;

  @Override
  public Integer call() {
    RestoreCommand.Answer answer = RestoreCommand.run(archive::open, file, target, ahead);
    System.err.println("walden: " + answer.message());
    return answer.outcome().programExitCode();
  }

  /** The restore_command that runs this command with this JVM and class path. */
  static String line(List<String> archiveOptions) {
    List<String> program =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                absoluteClassPath(),
                "dev.walden.examples.Walden",
                "restore-command"));
    program.addAll(archiveOptions);
    return RestoreCommand.shell(program);
  }

  private static String absoluteClassPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}
