package dev.walden.recovery.journey;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.backup.BaseBackup;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/** A running server whose WAL streams into an archive in the file system. */
public final class ArchivedCluster implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final PostgresServer server;
  private final ArchiveStore archive;
  private final WalReceiver receiver;
  private final TimelineId timeline;

  public ArchivedCluster(PostgresServer server, Path storage, ArchiveSettings settings)
      throws IOException, SQLException {
    this.server = server;
    this.timeline =
        new TimelineId(
            Long.parseLong(
                server.query("SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 8, 1)")));
    this.archive =
        ArchiveStore.openOrCreate(
            FileSystemStorage.createAt(storage), settings, ServerIdentity.of(address()));
    this.receiver = WalReceiver.from(address()).into(archive).slot("walden").start();
  }

  private ServerAddress address() {
    Properties properties = new Properties();
    properties.setProperty("user", server.user());
    return ServerAddress.of(server.jdbcUrl(), properties);
  }

  public PostgresServer server() {
    return server;
  }

  public ArchiveStore archive() {
    return archive;
  }

  public BaseBackup backup() throws IOException, InterruptedException {
    return BaseBackupTaker.of(address(), archive).partSize(4 << 20).walTimeout(LIMIT).take();
  }

  /** Where the server inserts WAL. */
  public Lsn position() throws SQLException {
    return Lsn.parse(server.query("SELECT pg_current_wal_insert_lsn()"));
  }

  /** Switches to the next segment and waits until the one left is archived. */
  public WalSegment archiveWal() throws IOException, SQLException, InterruptedException {
    // a switch in an empty segment does nothing
    server.execute("SELECT pg_logical_emit_message(false, 'walden', 'x')");
    Lsn end = Lsn.parse(server.query("SELECT pg_switch_wal()"));
    WalSegment segment =
        WalSegment.containing(timeline, end.plus(-1), archive.cluster().segmentSize());
    long start = System.nanoTime();
    while (!archive.contains(segment.fileName())) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new IOException(segment + " was not archived: " + receiver.status());
      }
      Thread.sleep(20);
    }
    return segment;
  }

  @Override
  public void close() throws IOException {
    try (archive;
        server) {
      receiver.close();
    }
  }
}
