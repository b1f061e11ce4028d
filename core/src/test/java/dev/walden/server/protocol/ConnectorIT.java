package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.StorageUnavailableException;
import dev.walden.WrongClusterException;
import dev.walden.server.ServerAddress;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several hosts, none of which can be used. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConnectorIT {
  @TempDir Path directory;

  @Test
  void aStorageThatIsAwayIsWorthWaitingForWhateverAnotherHostIs() throws Exception {
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(17), directory.resolve("data")).create()) {
      int port = server.port();
      ServerAddress twice =
          ServerAddress.of(
              "jdbc:postgresql://127.0.0.1:"
                  + port
                  + ",127.0.0.1:"
                  + port
                  + "/?user="
                  + server.user());
      AtomicInteger tried = new AtomicInteger();
      try (Connector connector = new Connector(twice)) {
        assertThrows(
            StorageUnavailableException.class,
            () ->
                connector.open(
                    host -> {
                      if (tried.incrementAndGet() == 1) {
                        throw new WrongClusterException("of another cluster");
                      }
                      throw new StorageUnavailableException("the storage is away");
                    }));
      }
    }
  }
}
