package dev.walden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgePassphrase;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.receive.WalReceiver;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings that make no sense are refused where they are made, by name. */
class SettingsTest {
  private static final ServerAddress SERVER =
      ServerAddress.of("jdbc:postgresql://localhost/?user=u", new Properties());
  private static final Duration BACKWARDS = Duration.ofSeconds(-5);
  private static final Duration ENDLESS = Duration.ofSeconds(Long.MAX_VALUE);

  @TempDir Path folder;
  private final InMemoryStorage storage = new InMemoryStorage();

  private static WalReceiver.Builder receiver() {
    return WalReceiver.from(SERVER).slot("walden");
  }

  static Stream<Arguments> nonsense() throws IOException {
    BaseBackupTaker taker =
        BaseBackupTaker.of(SERVER, archive(new InMemoryStorage(), ArchiveSettings.defaults()));
    return Stream.of(
        refused("timeout", () -> receiver().timeout(BACKWARDS)),
        refused("timeout", () -> receiver().timeout(Duration.ZERO)),
        refused("timeout", () -> receiver().timeout(ENDLESS)),
        refused("retryLimit", () -> receiver().retryLimit(BACKWARDS)),
        refused("statusInterval", () -> receiver().statusInterval(Duration.ZERO)),
        refused("stallLimit", () -> receiver().stallLimit(BACKWARDS)),
        refused("tailInterval", () -> receiver().tailInterval(BACKWARDS)),
        refused("tailBytes", () -> receiver().tailBytes(0)),
        refused("spoolLimit", () -> receiver().spoolLimit(-1)),
        refused("parallelism", () -> receiver().parallelism(0)),
        refused("slot", () -> receiver().slot("Walden")),
        refused("slot", () -> receiver().slot("")),
        refused("slot", () -> receiver().slot("x".repeat(64))),
        refused("limit", () -> SERVER.within(BACKWARDS)),
        refused("walTimeout", () -> taker.walTimeout(BACKWARDS)),
        refused("timeout", () -> taker.timeout(Duration.ZERO)),
        refused("partSize", () -> taker.partSize(0)),
        refused("retryInterval", () -> CopiedStorage.of().retryInterval(Duration.ZERO)),
        refused("closingTime", () -> CopiedStorage.of().closingTime(BACKWARDS)));
  }

  private static Arguments refused(String setting, Executable call) {
    return Arguments.of(setting, call);
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void nonsenseIsRefusedByName(String setting, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.startsWith(setting + " cannot be "), message);
  }

  @Test
  void settingsOfWhatIsNotThereAreRefusedAtTheStart() throws IOException {
    try (ArchiveStore archive = archive(storage, ArchiveSettings.defaults())) {
      for (WalReceiver.Builder contradiction :
          new WalReceiver.Builder[] {
            WalReceiver.from(SERVER).into(archive),
            receiver(),
            receiver().into(archive).tail().spool(folder),
            receiver().into(archive).spoolLimit(1 << 30),
            receiver().into(archive).tailBytes(1000),
            receiver().into(archive).spool(folder).tailInterval(Duration.ZERO)
          }) {
        assertThrows(IllegalStateException.class, contradiction::start);
      }
    }
  }

  private static ArchiveStore archive(InMemoryStorage place, ArchiveSettings settings)
      throws IOException {
    return ArchiveStore.openOrCreate(
        place,
        settings,
        new ClusterIdentity(
            new SystemIdentifier(7), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17));
  }

  @Test
  void recipientsAddUp() {
    AgeIdentity one = AgeIdentity.generate(new SecureRandom());
    AgeIdentity two = AgeIdentity.generate(new SecureRandom());
    ArchiveSettings both =
        ArchiveSettings.defaults().encryptTo(one.recipient()).encryptTo(two.recipient());
    assertEquals("age to [" + one.recipient() + ", " + two.recipient() + "]", encryption(both));
    assertEquals(both, both.encryptTo(one.recipient()));
    ArchiveSettings secret =
        ArchiveSettings.defaults().passphrase(AgePassphrase.of("x".toCharArray(), 10));
    assertThrows(IllegalArgumentException.class, () -> secret.encryptTo(one.recipient()));
  }

  private static String encryption(ArchiveSettings settings) {
    return settings.codec().encryption().toString();
  }
}
