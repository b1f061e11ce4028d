package dev.walden.server.receive;

import dev.walden.archive.ArchiveStore;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A start asks the storage for much: PostgreSQL 14 does not tell what its slot keeps, so that all
 * recent segments are made durable. Where every tenth call fails, no try does that in one go.
 */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultyStartIT {
  private static final int SEGMENTS = 40;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {14, 17})
  void everyTryGetsFurther(int major) throws Exception {
    long seed = System.nanoTime();
    System.out.println("faults with seed " + seed);
    FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), seed);
    ReceiverFixture fixture = ReceiverFixture.into(storage);
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
        for (int i = 0; i < SEGMENTS; i++) {
          server.execute("SELECT pg_logical_emit_message(false, '', '')", "SELECT pg_switch_wal()");
        }
        fixture.awaitArchived(receiver, ReceiverFixture.SEGMENT_SIZE.floor(server.flushed()));
      }
      storage.failAtRandom(0.1, EnumSet.of(Fault.BEFORE_EFFECT, Fault.AFTER_EFFECT));
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
      }
    }
  }
}
