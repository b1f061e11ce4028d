package dev.walden.archive.repacking;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.WalRange;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackupWalIT {
  private static final String OID = "SELECT oid FROM pg_database WHERE datname = ";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 18})
  void tellsWhichDatabasesWereCreatedOrDropped(int major) throws Exception {
    ReceiverFixture fixture = ReceiverFixture.into(new InMemoryStorage());
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(server, archive).start()) {
      server.execute("CREATE DATABASE before", "CREATE DATABASE dropped");
      Long dropped = Long.valueOf(server.query(OID + "'dropped'"));
      server.execute("SELECT pg_switch_wal()", "CHECKPOINT");
      Lsn start = Lsn.parse(server.query("SELECT redo_lsn FROM pg_control_checkpoint()"));
      server.execute("CREATE DATABASE created", "DROP DATABASE dropped", "CREATE TABLE t ()");
      Long created = Long.valueOf(server.query(OID + "'created'"));
      Lsn end = Lsn.parse(server.query("SELECT pg_switch_wal()"));
      server.execute("CREATE TABLE u ()");
      fixture.awaitArchived(receiver, ReceiverFixture.SEGMENT_SIZE.floor(server.flushed()));
      assertEquals(
          Set.of(created, dropped),
          BackupWal.read(archive, List.of(new WalRange(TimelineId.FIRST, start, end))).databases());
    }
  }
}
