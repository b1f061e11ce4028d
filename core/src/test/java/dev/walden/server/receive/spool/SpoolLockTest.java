package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.server.ServerAddress;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolLockTest {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(1), WalSegmentSize.DEFAULT, PgVersion.PG_17);

  @TempDir Path spool;

  @Test
  void isReleasedWhereAReceiverCannotBegin() throws Exception {
    Path strange = Files.createFile(spool.resolve("notes123.history"));
    try (ArchiveStore archive =
        ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), CLUSTER)) {
      WalReceiver.Builder receiver =
          WalReceiver.from(ServerAddress.of("jdbc:postgresql://127.0.0.1:1/?user=walden"))
              .into(archive)
              .slot("walden")
              .spool(spool);
      assertThrows(IOException.class, receiver::start);
      Files.delete(strange);
      SpoolLock.of(spool).close();
    }
  }
}
