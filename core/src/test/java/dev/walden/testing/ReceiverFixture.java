package dev.walden.testing;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerAddress;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.server.receive.WalReceiverStatus;
import dev.walden.storage.Storage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * The fixture of tests of a {@link WalReceiver}: a server with small segments, an archive of its
 * cluster in a storage, a receiver between them, and waits that fail with its status.
 *
 * <pre>{@code
 * ReceiverFixture fixture = ReceiverFixture.into(new InMemoryStorage());
 * try (PostgresServer server = ReceiverFixture.server(17, folder).create();
 *     ArchiveStore archive = fixture.archive(server);
 *     WalReceiver receiver = fixture.receiver(server, archive).start()) {
 *   server.execute("CREATE TABLE t ()", "SELECT pg_switch_wal()");
 *   fixture.awaitArchived(receiver, ReceiverFixture.SEGMENT_SIZE.floor(server.flushed()));
 * }
 * }</pre>
 *
 * <p>Immutable. The caller closes what it opens or starts.
 */
public final class ReceiverFixture {
  /** The slot of {@link #receiver}. */
  public static final String SLOT = "walden";

  /** The segment size of {@link #server}. */
  public static final WalSegmentSize SEGMENT_SIZE = WalSegmentSize.ofMegabytes(1);

  private static final Duration RETRY_LIMIT = Duration.ofMillis(300);
  private static final long PAUSE_MS = 20;

  private final Storage storage;
  private final ArchiveSettings settings;
  private final Duration limit;

  private ReceiverFixture(Storage storage, ArchiveSettings settings, Duration limit) {
    this.storage = storage;
    this.settings = settings;
    this.limit = limit;
  }

  /** Archives go into a storage, with default settings; waits take at most 30 seconds. */
  public static ReceiverFixture into(Storage storage) {
    return new ReceiverFixture(storage, ArchiveSettings.defaults(), Duration.ofSeconds(30));
  }

  /** Sets other archive settings. */
  public ReceiverFixture settings(ArchiveSettings other) {
    return new ReceiverFixture(storage, other, limit);
  }

  /** Limits waits. */
  public ReceiverFixture limit(Duration other) {
    return new ReceiverFixture(storage, settings, other);
  }

  /**
   * Describes a server in the subfolder {@code data}: with segments of 1 MB, of which it keeps 512,
   * and without autovacuum, so that it writes only on request.
   */
  public static PostgresServer.Builder server(int major, Path folder)
      throws IOException, InterruptedException {
    return PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
        .segmentSize(SEGMENT_SIZE)
        .setting("wal_level", "replica")
        .setting("wal_keep_size", "512MB")
        .setting("autovacuum", "off");
  }

  /** The address of a server for a receiver, as superuser. */
  public static ServerAddress address(PostgresServer server) {
    return address(server, new Properties());
  }

  /** The address of a server for a receiver, as superuser, with additional properties. */
  public static ServerAddress address(PostgresServer server, Properties properties) {
    Properties all = new Properties();
    all.setProperty("user", server.user());
    all.putAll(properties);
    return ServerAddress.of(server.jdbcUrl(), all);
  }

  /** Opens the archive of a server's cluster, and creates it if needed. */
  public ArchiveStore archive(PostgresServer server) throws IOException {
    return ArchiveStore.openOrCreate(storage, settings, ServerIdentity.of(address(server)));
  }

  /** Describes a receiver with the slot {@link #SLOT} and short retry intervals. */
  public WalReceiver.Builder receiver(PostgresServer server, ArchiveStore archive) {
    return receiver(address(server), archive);
  }

  /** Describes a receiver with another address of the server, such as that of a proxy. */
  public WalReceiver.Builder receiver(ServerAddress address, ArchiveStore archive) {
    return WalReceiver.from(address).into(archive).slot(SLOT).retryLimit(RETRY_LIMIT);
  }

  /** Waits until something holds, while a receiver runs. */
  public void await(WalReceiver receiver, Condition condition) throws Exception {
    await(List.of(receiver), condition);
  }

  /** Waits until something holds, while receivers run. */
  public void await(List<WalReceiver> receivers, Condition condition) throws Exception {
    await(
        () -> receivers.stream().map(WalReceiver::status).toList().toString(),
        () -> {
          if (condition.holds()) {
            return true;
          }
          for (WalReceiver receiver : receivers) {
            if (receiver.await(Duration.ZERO)) {
              throw new AssertionError("a receiver has ended: " + receiver.status());
            }
          }
          return false;
        });
  }

  /** Waits until something holds; {@code what} says what is missing if it does not. */
  public void await(Supplier<String> what, Condition condition) throws Exception {
    Deadline deadline = Deadline.in(limit);
    while (!condition.holds()) {
      if (deadline.passed()) {
        throw new AssertionError("not within " + limit + ": " + what.get());
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  /** Waits until a receiver streams. */
  public void awaitStreaming(WalReceiver receiver) throws Exception {
    await(receiver, () -> receiver.status().state() == WalReceiverStatus.State.STREAMING);
  }

  /** Waits until everything before a position is received. */
  public void awaitReceived(WalReceiver receiver, Lsn end) throws Exception {
    await(receiver, () -> !receiver.status().received().isBefore(end));
  }

  /** Waits until everything that the server has flushed is durable. */
  public void awaitDurable(WalReceiver receiver, PostgresServer server) throws Exception {
    awaitDurable(receiver, server.flushed());
  }

  /** Waits until everything before a position is durable. */
  public void awaitDurable(WalReceiver receiver, Lsn end) throws Exception {
    await(receiver, () -> !receiver.status().durable().isBefore(end));
  }

  /** Waits until everything before a position of a timeline is durable. */
  public void awaitDurable(WalReceiver receiver, TimelineId timeline, Lsn end) throws Exception {
    await(
        receiver,
        () ->
            receiver.status().timeline().equals(Optional.of(timeline))
                && !receiver.status().durable().isBefore(end));
  }

  /** Waits until the segments before a position, where one ends, are archived. */
  public void awaitArchived(WalReceiver receiver, Lsn end) throws Exception {
    await(receiver, () -> !receiver.status().archived().isBefore(end));
  }
}
