package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.WalIndex;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Completes the index of an archive. */
@Command(
    name = "index",
    description = "Index the WAL that is not indexed yet, so that planning need not read it.")
public final class IndexCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;

  @Override
  public Integer call() throws IOException {
    try (ArchiveStore store = archive.openToWrite()) {
      WalIndex.Update update = store.index().update();
      System.out.printf(
          "indexed %d segments, condensed %d groups%n", update.segments(), update.groups());
      if (update.unreadable() > 0) {
        System.out.printf("%d segments are damaged%n", update.unreadable());
        return 1;
      }
    }
    return 0;
  }
}
