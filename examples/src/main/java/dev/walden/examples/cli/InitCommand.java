package dev.walden.examples.cli;

import dev.walden.archive.fs.FileSystemStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Creates the folder of an archive. */
@Command(
    name = "init",
    description =
        "Create the folder of an archive, once: later, the empty mount point of an unmounted"
            + " disk is an error instead of an empty archive.")
public final class InitCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "must be absent or empty")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    FileSystemStorage.createAt(folder).close();
    return 0;
  }
}
