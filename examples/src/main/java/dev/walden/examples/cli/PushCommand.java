package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ControlFile;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Archives one file, for {@code archive_command}. */
@Command(
    name = "push",
    description = "Archive one file: archive_command = 'walden push --archive DIR %%p'.")
public final class PushCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;

  @Parameters(paramLabel = "PATH", description = "the file, in the data directory's pg_wal")
  private Path file;

  @Override
  public Integer call() throws IOException {
    Path walDirectory = file.toAbsolutePath().getParent();
    try (ArchiveStore store =
        archive.openOrCreate(ControlFile.read(walDirectory.getParent()).identity())) {
      store.push(WalFileName.parse(file.getFileName().toString()), file);
    }
    return 0;
  }
}
