package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.MissingWal;
import dev.walden.server.ServerAddress;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.server.receive.WalReceiverHealth;
import dev.walden.server.receive.WalReceiverStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Streams WAL. */
@Command(name = "receive", description = "Stream WAL into the archive until stopped.")
public final class ReceiveCommand implements Callable<Integer> {
  @Mixin private ServerOptions server;
  @Mixin private ArchiveOptions archive;

  @Option(
      names = "--slot",
      paramLabel = "NAME",
      description = "the replication slot, created if absent; default: ${DEFAULT-VALUE}")
  private String slot = "walden";

  /** When WAL is acknowledged. */
  enum Durability {
    segment,
    spool,
    tail
  }

  @Option(
      names = "--durability",
      paramLabel = "WHEN",
      description =
          "when WAL is acknowledged: segment (default), once its whole segment is archived;"
              + " tail, once its bytes are archived, within a second, or at once if the server"
              + " waits for it (synchronous_standby_names has ApplicationName, \"walden\");"
              + " spool, once it is on the disk of --spool")
  private Durability durability;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description = "acknowledge WAL once it is on this disk, and archive it from there")
  private Path spool;

  @Option(
      names = "--status-interval",
      paramLabel = "SECONDS",
      description = "how often to print a status line; default: never")
  private int statusSeconds;

  /** What to do if the server no longer has the next WAL. */
  enum OnMissingWal {
    stop(MissingWal.STOP),
    record(MissingWal.RECORD_GAP);

    private final MissingWal policy;

    OnMissingWal(MissingWal policy) {
      this.policy = policy;
    }
  }

  @Option(
      names = "--on-missing-wal",
      paramLabel = "HOW",
      description =
          "if the server no longer has the next WAL: stop (default), or record the gap in the"
              + " archive and continue, which requires a new base backup")
  private OnMissingWal onMissingWal = OnMissingWal.stop;

  @Option(
      names = "--allow-left-timeline",
      description =
          "receive from a server although the archive holds a newer timeline that branched off"
              + " the server's: the newer one is abandoned")
  private boolean allowAbandonedTimeline;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (durability != null && (durability == Durability.spool) != (spool != null)) {
      throw new ParameterException(
          spec.commandLine(), "--durability spool and --spool DIR must be used together");
    }
    ServerAddress address = server.address();
    try (ArchiveStore store = archive.openOrCreate(ServerIdentity.of(address))) {
      WalReceiver.Builder builder =
          WalReceiver.from(address).into(store).slot(slot).onMissingWal(onMissingWal.policy);
      if (allowAbandonedTimeline) {
        builder.allowAbandonedTimeline();
      }
      if (spool != null) {
        builder.spool(spool);
      }
      if (durability == Durability.tail) {
        builder.tail();
      }
      try (WalReceiver receiver = builder.start()) {
        Runtime.getRuntime().addShutdownHook(new Thread(receiver::close));
        await(receiver);
      }
    }
    return 0;
  }

  private void await(WalReceiver receiver) throws IOException, InterruptedException {
    if (statusSeconds <= 0) {
      receiver.await();
      return;
    }
    while (!receiver.await(Duration.ofSeconds(statusSeconds))) {
      WalReceiverStatus status = receiver.status();
      WalReceiverHealth health = status.health(Duration.ofSeconds(60));
      spec.commandLine()
          .getOut()
          .println((health.healthy() ? "healthy: " : "NOT healthy: ") + status.summary());
    }
  }
}
