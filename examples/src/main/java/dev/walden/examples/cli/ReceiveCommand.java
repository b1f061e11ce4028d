package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerAddress;
import dev.walden.server.WalReceiver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Streams WAL. */
@Command(name = "receive", description = "Streams WAL into the archive until it is stopped.")
public final class ReceiveCommand implements Callable<Integer> {
  @Mixin private ServerOptions server;
  @Mixin private ArchiveOptions archive;

  @Option(
      names = "--slot",
      paramLabel = "NAME",
      description = "the replication slot, created if there is none; ${DEFAULT-VALUE} unless set")
  private String slot = "walden";

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description = "acknowledge WAL once it is on this disk, and archive it from there")
  private Path spool;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServerAddress address = server.address();
    try (ArchiveStore store = archive.openOrCreate(address.identity())) {
      WalReceiver.Builder builder = WalReceiver.from(address).into(store).slot(slot);
      if (spool != null) {
        builder.spool(spool);
      }
      try (WalReceiver receiver = builder.start()) {
        Runtime.getRuntime().addShutdownHook(new Thread(receiver::close));
        receiver.await();
      }
    }
    return 0;
  }
}
