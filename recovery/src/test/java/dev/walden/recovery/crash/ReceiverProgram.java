package dev.walden.recovery.crash;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeRecipient;
import dev.walden.recovery.journey.TestPlace;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * A process that receives WAL until it is killed. Its arguments are {@code name=value}: the {@code
 * server}'s URL, the {@code storage} as {@link TestPlace} takes it, the {@code recipient} who may
 * read it, a {@code spool}, unless the open segment is to be archived in pieces, the spool's {@code
 * limit} in bytes, the {@code parallelism}, and a seed for the {@code faults} of its storage, which
 * has none without.
 */
final class ReceiverProgram {
  private static final double[] FAULT_RATES = {0.005, 0.02, 0.05};
  private static final int MOST_BETWEEN_OUTAGES_MS = 4000;
  private static final int LONGEST_OUTAGE_MS = 1000;

  private ReceiverProgram() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> given = new HashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      given.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    start("parent", ReceiverProgram::endWithTheParent);
    ServerAddress server = ServerAddress.of(given.get("server"));
    long seed = Long.parseLong(given.getOrDefault("faults", "0"));
    FaultyStorage storage = new FaultyStorage(TestPlace.open(given.get("storage")), seed);
    try (ArchiveStore archive = open(server, storage, given.get("recipient"));
        WalReceiver receiver = receiver(server, archive, given)) {
      if (seed != 0) {
        Random random = new Random(seed);
        storage.failAtRandom(
            FAULT_RATES[random.nextInt(FAULT_RATES.length)],
            EnumSet.of(Fault.BEFORE_EFFECT, Fault.AFTER_EFFECT));
        start("outages", () -> fail(storage, random));
      }
      receiver.await();
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Standard input comes from who started this process, and says nothing else. */
  private static void endWithTheParent() {
    try {
      while (System.in.read() >= 0) {
        // nobody writes
      }
    } catch (IOException e) {
      // as good as its end
    }
    Runtime.getRuntime().halt(2);
  }

  /** The server may be starting up. */
  private static ArchiveStore open(ServerAddress server, FaultyStorage storage, String recipient)
      throws IOException, InterruptedException {
    ArchiveSettings settings = ArchiveSettings.defaults().encryptTo(AgeRecipient.parse(recipient));
    for (int tries = 0; ; tries++) {
      try {
        return ArchiveStore.openOrCreate(storage, settings, ServerIdentity.of(server));
      } catch (ServerUnavailableException | StorageUnavailableException e) {
        if (tries == 100) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  private static WalReceiver receiver(
      ServerAddress server, ArchiveStore archive, Map<String, String> given) throws IOException {
    WalReceiver.Builder builder =
        WalReceiver.from(server)
            .into(archive)
            .slot("walden")
            .retryLimit(Duration.ofMillis(500))
            .parallelism(Integer.parseInt(given.getOrDefault("parallelism", "2")))
            .timeout(Duration.ofSeconds(4));
    if (!given.containsKey("spool")) {
      return builder.tail().start();
    }
    builder.spool(Path.of(given.get("spool")));
    if (given.containsKey("limit")) {
      builder.spoolLimit(Long.parseLong(given.get("limit")));
    }
    return builder.start();
  }

  private static void fail(FaultyStorage storage, Random random) {
    try {
      while (true) {
        Thread.sleep(random.nextInt(MOST_BETWEEN_OUTAGES_MS));
        storage.setUnavailable(true);
        Thread.sleep(random.nextInt(LONGEST_OUTAGE_MS));
        storage.setUnavailable(false);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
