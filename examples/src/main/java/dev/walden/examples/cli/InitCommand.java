package dev.walden.examples.cli;

import dev.walden.archive.fs.FileSystemStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes the folder of an archive. */
@Command(
    name = "init",
    description =
        "Makes the folder of an archive, once: later a folder that is empty because a disk is not"
            + " mounted is an error, and not an empty archive.")
public final class InitCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "absent, or empty")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    FileSystemStorage.createAt(folder).close();
    return 0;
  }
}
