package dev.walden.server.receive;

import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.LoginRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.WalRemovedException;
import dev.walden.server.receive.ledger.FlushPolicy;
import dev.walden.server.receive.spool.MemoryShortage;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a {@link WalReceiver} does: connect, find the place, stream, and again. */
final class ReceiverLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverLoop.class);

  private final ArchiveStore archive;
  private final ReceiverResources resources;
  private final ReceiverState state;
  private final SpoolRecovery spool;
  private final ReceiverSession session;
  private final ArchivingWorkers workers;
  private final StatusSnapshot snapshot;
  private final int parallelism;
  private final Retry retry;
  private boolean prepared;

  private ReceiverLoop(
      WalReceiver.Builder settings, ReceiverResources resources, ReceiverState state) {
    this.archive = resources.archive();
    this.resources = resources;
    this.state = state;
    this.spool = new SpoolRecovery(resources.pool(), resources.ledger());
    this.session = new ReceiverSession(settings, resources, spool, state);
    this.workers =
        new ArchivingWorkers(resources.ledger(), new ArchivingWork(resources, settings.retryLimit));
    this.snapshot = new StatusSnapshot(archive.cluster().segmentSize(), resources, state);
    this.parallelism = settings.parallelism;
    this.retry =
        new Retry(
            settings.retryLimit, (wait, cause) -> pause(wait, cause, state, resources.events()));
  }

  /**
   * Opens the spool, if there is to be one, and starts nothing. Whoever opens it ends it, by {@link
   * #stop} and {@link #awaitEnd}.
   */
  static ReceiverLoop open(WalReceiver.Builder settings) throws IOException {
    ReceiverResources resources = ReceiverResources.open(settings);
    try {
      return new ReceiverLoop(settings, resources, new ReceiverState());
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  /** Starts what archives, and what tells the listener. */
  void start(ThreadFactory threads) {
    workers.start(threads, parallelism);
    resources.events().start(threads, this::status);
  }

  WalReceiverStatus status() {
    return snapshot.status();
  }

  /** Runs until closed, or until something that waiting does not mend. */
  void run() throws IOException {
    try {
      while (!state.isClosed()) {
        Optional<IOException> reason = attempt();
        // what is compared with a spool that is full counts as streamed, too
        if (session.hasStreamed()
            && reason.filter(StorageUnavailableException.class::isInstance).isEmpty()) {
          retry.succeeded();
        }
        retry.again(reason);
      }
    } catch (InterruptedException e) {
      if (!state.isClosed()) {
        Thread.currentThread().interrupt();
        throw new IOException("the receiver's thread was interrupted", e);
      }
    } catch (IOException e) {
      if (!state.isClosed()) {
        throw e;
      }
    } finally {
      session.close();
    }
  }

  /**
   * Receives as long as the connection lasts.
   *
   * @return what went wrong that may be better next time
   */
  private Optional<IOException> attempt() throws IOException, InterruptedException {
    try {
      resources.ledger().check();
      prepare();
      session.run();
      return Optional.empty();
    } catch (ServerUnavailableException | StorageUnavailableException e) {
      state.trouble(Optional.of(e));
      if (!state.isClosed()) {
        LOG.warn("not receiving: {}", e.getMessage());
      }
      return Optional.of(e);
    } catch (LoginRefusedException e) {
      if (!session.hasEverBegun()) {
        throw e;
      }
      // a password may be changing, or somebody mends it
      state.trouble(Optional.of(e));
      LOG.error("receiving nothing until this is changed: {}", e.getMessage());
      return Optional.of(e);
    } catch (CorruptFileException e) {
      if (!session.takeNewlyDamaged()) {
        throw e;
      }
      state.trouble(Optional.of(e));
      LOG.warn("received corrupt WAL; reconnecting to request it again: {}", e.getMessage());
      return Optional.of(e);
    } catch (WalRemovedException e) {
      session.relocate(e);
      return Optional.of(e);
    } catch (OutOfMemoryError e) {
      MemoryShortage shortage = new MemoryShortage(e);
      state.trouble(Optional.of(shortage));
      LOG.warn("not receiving: {}", shortage.getMessage());
      return Optional.of(shortage);
    }
  }

  /** Before the first connection, archives what earlier receivers have left. */
  private void prepare() throws IOException {
    if (!prepared) {
      spool.handOverComplete();
      if (resources.ledger().policy() instanceof FlushPolicy.Pieces) {
        archive.tidyTails();
      }
      prepared = true;
    }
  }

  private static boolean pause(
      Duration wait, Optional<IOException> cause, ReceiverState state, ReceiverEvents events)
      throws InterruptedException {
    state.turnTo(WalReceiverStatus.State.WAITING);
    if (!state.isClosed()) {
      events.disconnected(cause, wait);
    }
    return !state.awaitClosed(wait);
  }

  /** It has ended, and does nothing more. */
  void stopped(Optional<IOException> failure) {
    resources.events().stopped(failure);
  }

  boolean isClosed() {
    return state.isClosed();
  }

  /** Ends everything, from any thread; waits for nothing. */
  void stop() {
    state.close();
    session.cancel();
    workers.stop();
  }

  /** Waits, after {@link #stop}, until the storage has let go, at most so long. */
  void awaitEnd(Duration limit) {
    workers.awaitEnd(System.nanoTime() + limit.toNanos());
    resources.close();
  }
}
