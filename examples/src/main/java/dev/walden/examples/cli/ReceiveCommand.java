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
@Command(name = "receive", description = "Streams WAL into the archive until it is stopped.")
public final class ReceiveCommand implements Callable<Integer> {
  @Mixin private ServerOptions server;
  @Mixin private ArchiveOptions archive;

  @Option(
      names = "--slot",
      paramLabel = "NAME",
      description = "the replication slot, created if there is none; ${DEFAULT-VALUE} unless set")
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
          "when WAL is acknowledged: segment, once its whole segment is in the archive (unless set);"
              + " tail, once it is there itself, at most a second later, or at once if the server"
              + " waits for it (synchronous_standby_names has ApplicationName, \"walden\"); spool,"
              + " once it is on the disk of --spool")
  private Durability durability;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description = "acknowledge WAL once it is on this disk, and archive it from there")
  private Path spool;

  @Option(
      names = "--status-interval",
      paramLabel = "SECONDS",
      description = "print a line of status so often; not printed unless set")
  private int statusSeconds;

  /** What to do about WAL that the server no longer has. */
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
          "when the server no longer has the WAL that comes next: stop (unless set); record the gap"
              + " in the archive and go on, after which a new base backup is needed")
  private OnMissingWal onMissingWal = OnMissingWal.stop;

  @Option(
      names = "--allow-left-timeline",
      description =
          "receive from a server although the archive holds a newer timeline that has left the"
              + " server's: it is the newer one that is given up")
  private boolean allowAbandonedTimeline;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (durability != null && (durability == Durability.spool) != (spool != null)) {
      throw new ParameterException(
          spec.commandLine(), "--durability spool and --spool DIR go together");
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
