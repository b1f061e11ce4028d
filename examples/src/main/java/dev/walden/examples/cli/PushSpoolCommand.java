package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.receive.WalReceiver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Archives what a receiver left in its spool. */
@Command(
    name = "push-spool",
    description =
        "Archive what a receiver left in its --spool, if the server that it received from is lost.")
public final class PushSpoolCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;

  @Parameters(paramLabel = "DIR", description = "the spool; no running receiver may use it")
  private Path spool;

  @Override
  public Integer call() throws IOException {
    try (ArchiveStore store = archive.openToWrite()) {
      WalReceiver.archiveSpool(store, spool);
    }
    return 0;
  }
}
