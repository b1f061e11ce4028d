package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.UntrustedObjectException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.WriterKey;
import dev.walden.server.Servers;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The storage's owner puts WAL into the archive that the server has not sent yet. A receiver that
 * went on after it would acknowledge what nobody it trusts has stored.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgedWalIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final WriterKey key = WriterKey.generate(new SecureRandom());
  private final ArchiveSettings owner = ArchiveSettings.defaults().encryptTo(identity.recipient());

  /** With the key that opens it, and on a host that only archives; whole, and in a piece. */
  @ParameterizedTest
  @ValueSource(strings = {"key, whole", "whole", "key, piece", "piece"})
  void isNotContinued(String how) throws Exception {
    ArchiveSettings signing = owner.signWith(key).trustWriter(key.publicKey());
    ReceiverFixture fixture =
        ReceiverFixture.into(storage)
            .settings(how.startsWith("key") ? signing.decryptWith(identity) : signing);
    boolean piece = how.endsWith("piece");
    try (PostgresServer server = ReceiverFixture.server(17, folder).create();
        ArchiveStore archive = fixture.archive(server);
        ArchiveStore forger = ArchiveStore.open(storage, owner)) {
      server.execute("CREATE TABLE t (i int)", "SELECT pg_switch_wal()");
      Lsn archived = ReceiverFixture.SEGMENT_SIZE.floor(server.flushed());
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitArchived(receiver, archived);
      }
      String kept = kept(server);
      WalSegment next =
          WalSegment.containing(TimelineId.FIRST, archived, ReceiverFixture.SEGMENT_SIZE);
      server.execute("INSERT INTO t VALUES (1)");
      int written = (int) server.flushed().minus(next.start());
      server.execute("SELECT pg_switch_wal()", "INSERT INTO t VALUES (2)");
      // the WAL itself is right
      byte[] bytes = Servers.segment(server, next.toString());
      if (piece) {
        forger.tail(next).put(0, Arrays.copyOf(bytes, written));
      } else {
        forger.push(next.fileName(), ObjectSource.of(bytes));
      }
      WalReceiver.Builder builder = fixture.receiver(server, archive);
      try (WalReceiver receiver = (piece ? builder.tail() : builder).start()) {
        assertThrows(
            UntrustedObjectException.class,
            () -> receiver.await(LIMIT),
            receiver.status()::toString);
        assertFalse(receiver.status().health(LIMIT).healthy());
        assertEquals(Lsn.ZERO, receiver.status().durable());
      }
      assertEquals(kept, kept(server));
    }
  }

  private static String kept(PostgresServer server) throws Exception {
    return server.query("SELECT restart_lsn FROM pg_replication_slots");
  }
}
