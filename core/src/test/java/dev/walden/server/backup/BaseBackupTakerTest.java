package dev.walden.server.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.server.ServerAddress;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.WalSegmentSize;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BaseBackupTakerTest {
  @Test
  void aChangedCopyLeavesTheFirstAsItWas() throws Exception {
    BaseBackupTaker first = taker().label("nightly");
    BaseBackupTaker second = first.label("weekly").partSize(1 << 20);
    assertEquals("nightly", first.settings.label);
    assertEquals(256L << 20, first.settings.partSize);
    assertEquals("weekly", second.settings.label);
    assertEquals(1 << 20, second.settings.partSize);
  }

  @Test
  void settingsThatNoServerTakesAreRefusedAtOnce() throws Exception {
    BaseBackupTaker taker = taker();
    assertThrows(IllegalArgumentException.class, () -> taker.maxRate(31));
    assertThrows(IllegalArgumentException.class, () -> taker.maxRate((1 << 20) + 1));
    assertThrows(IllegalArgumentException.class, () -> taker.partSize(0));
    assertThrows(IllegalArgumentException.class, () -> taker.timeout(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> taker.walTimeout(Duration.ofMillis(-1)));
  }

  private static BaseBackupTaker taker() throws Exception {
    ClusterIdentity cluster =
        new ClusterIdentity(new SystemIdentifier(7), new WalSegmentSize(1 << 24), PgVersion.PG_17);
    return BaseBackupTaker.of(
        ServerAddress.of("jdbc:postgresql://localhost/?user=u"),
        ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), cluster));
  }
}
