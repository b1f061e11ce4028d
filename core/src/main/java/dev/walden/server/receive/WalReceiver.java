package dev.walden.server.receive;

import dev.walden.ArchiveException;
import dev.walden.archive.ArchiveStore;
import dev.walden.errors.Arguments;
import dev.walden.server.MissingWal;
import dev.walden.server.ServerAddress;
import dev.walden.server.SpoolInUseException;
import dev.walden.server.receive.spool.OrphanedSpool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Streams a server's WAL into an archive until it is closed.
 *
 * <p>It goes on from what the archive holds, or else from the slot. WAL is acknowledged, so that
 * the server may remove it, only once it is durable: by default once its whole segment is in the
 * archive, with {@link Builder#spool} once it is on the local disk, with {@link Builder#tail} once
 * the bytes are in the archive. Lost connections, servers that restart and storages that are away
 * are tried again with growing waits; WAL meanwhile stays on the server, kept by the slot. So is a
 * login that is refused after this receiver has streamed, such as while a password is changed. What
 * cannot get better by waiting (another cluster, a conflict in the archive, WAL that the server no
 * longer has: {@link Builder#onMissingWal}) ends the receiver: an error is logged, {@link
 * #termination} completes with it, and {@link #await} throws it.
 *
 * <p>At each connection it reads what was archived or spooled last again from the server, one
 * segment and the beginnings after it, and compares that. A server with other WAL, such as a copy
 * that was never promoted, is a conflict: nothing of it is archived or acknowledged.
 *
 * <p>Before it goes on with what is new, it fetches what the archive lacks of the WAL before, on
 * the server's timeline and those it comes from, as far as the server still has it; what it has not
 * is recorded in the archive ({@link dev.walden.archive.inventory.WalInventory#gaps}).
 *
 * <p>Safe for use by many threads. After a crash of this process or machine a new receiver with the
 * same archive, slot and spool continues where this one stood.
 */
public final class WalReceiver implements AutoCloseable {
  /** The key under which each of a receiver's threads has its name in SLF4J's MDC. */
  public static final String MDC_KEY = "walden.receiver";

  private static final Logger LOG = LoggerFactory.getLogger(WalReceiver.class);
  private static final Duration CLOSE_LIMIT = Duration.ofMillis(1900);
  private static final Duration STORAGE_LIMIT = Duration.ofMillis(1500);

  private final ReceiverLoop loop;
  private final Thread thread;
  private final String name;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CompletableFuture<Void> termination = new CompletableFuture<>();
  private volatile @Nullable IOException failure;

  private WalReceiver(String name, ReceiverLoop loop, ThreadFactory threads) {
    this.name = name;
    this.loop = loop;
    this.thread = threads.newThread(this::run);
  }

  private static WalReceiver start(Builder settings) throws IOException {
    ReceiverLoop loop = ReceiverLoop.open(settings);
    try {
      ThreadFactory threads = settings.attributedThreads();
      WalReceiver receiver = new WalReceiver(settings.name(), loop, threads);
      loop.start(threads);
      receiver.thread.start();
      return receiver;
    } catch (RuntimeException | Error e) {
      loop.stop();
      loop.awaitEnd(STORAGE_LIMIT);
      loop.stopped(Optional.empty());
      throw e;
    }
  }

  /** Begins the description of a receiver. */
  public static Builder from(ServerAddress server) {
    return new Builder(server);
  }

  /**
   * Archives what a receiver has left in its spool, without the server: when that is lost, and what
   * was acknowledged last is on this disk only. Whole segments are pushed, beginnings of others are
   * archived in pieces. The spool stays as it is; doing it again is harmless.
   *
   * @param spool of no receiver that is running
   * @throws SpoolInUseException if one is
   */
  public static void archiveSpool(ArchiveStore archive, Path spool) throws IOException {
    new OrphanedSpool(archive, spool).push();
  }

  private void run() {
    try {
      loop.run();
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      // a command that close() cut off may fail in any way
      failure = loop.isClosed() ? null : new IOException("the receiver failed", e);
    } finally {
      // close() interrupts, and what follows is to wait all the same
      Thread.interrupted();
      loop.stop();
      loop.awaitEnd(STORAGE_LIMIT);
      loop.stopped(Optional.ofNullable(failure));
      ended.countDown();
      terminated(failure);
    }
  }

  private void terminated(@Nullable IOException reason) {
    if (reason == null) {
      termination.complete(null);
    } else {
      String text = "receiver \"{}\" has ended and archives nothing more: {}";
      if (reason instanceof ArchiveException) {
        // its message says all
        LOG.error(text, name, reason.getMessage());
      } else {
        LOG.error(text, name, reason.getMessage(), reason);
      }
      termination.completeExceptionally(reason);
    }
  }

  /** Its name: {@link Builder#name}, or else that of its slot. */
  public String name() {
    return name;
  }

  /**
   * Completes when it has ended: normally after {@link #close}, exceptionally with the {@link
   * IOException} that ended it. What depends on it runs in the receiver's thread, unless an
   * executor is given.
   */
  public CompletionStage<Void> termination() {
    return termination.minimalCompletionStage();
  }

  /** What it has done so far. */
  public WalReceiverStatus status() {
    WalReceiverStatus now = loop.status();
    return ended.getCount() == 0 ? now.stopped(Optional.ofNullable(failure)) : now;
  }

  /** Waits until it is closed, or throws what ended it. */
  public void await() throws IOException, InterruptedException {
    ended.await();
    rethrow();
  }

  /**
   * Waits until it has ended, at most {@code limit}.
   *
   * @return whether it was closed; false after the time
   * @throws IOException what ended it, if it was not closed
   */
  public boolean await(Duration limit) throws IOException, InterruptedException {
    boolean over = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (over) {
      rethrow();
    }
    return over;
  }

  private void rethrow() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Stops, within about two seconds whatever the server and the storage do. Segments that are not
   * in the archive yet stay in the spool, or with the server.
   */
  @Override
  public void close() {
    loop.stop();
    thread.interrupt();
    try {
      ended.await(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Describes a receiver. Not safe for use by many threads. */
  public static final class Builder {
    private static final long SPOOL_LIMIT = 1L << 30;
    private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");

    final ServerAddress server;
    private @Nullable ArchiveStore archive;
    private @Nullable String slot;
    private @Nullable String name;
    Optional<Path> spool = Optional.empty();
    private OptionalLong spoolLimit = OptionalLong.empty();
    boolean tail;
    private boolean tailSettings;
    MissingWal missing = MissingWal.STOP;
    boolean abandonedTimeline;
    Duration tailInterval = Duration.ofSeconds(1);
    int tailBytes = 1 << 20;
    int parallelism = 2;
    Duration statusInterval = Duration.ofSeconds(10);
    Duration timeout = Duration.ofSeconds(60);
    Duration retryLimit = Duration.ofSeconds(30);
    Duration stallLimit = Duration.ofSeconds(60);
    Optional<SegmentMemory> memory = Optional.empty();
    Optional<WalReceiverListener> listener = Optional.empty();
    private Optional<ThreadFactory> threads = Optional.empty();

    private Builder(ServerAddress server) {
      this.server = server;
    }

    long spoolLimit() {
      return spoolLimit.orElse(SPOOL_LIMIT);
    }

    /** Where the WAL goes, which {@link #start} ensures. */
    ArchiveStore archive() {
      return Objects.requireNonNull(archive);
    }

    /** The slot's name, which {@link #start} ensures. */
    String slot() {
      return Objects.requireNonNull(slot);
    }

    /** The receiver's name; {@link #start} has ensured that there is a slot. */
    private String name() {
      return name == null ? slot() : name;
    }

    /** The threads, each with the receiver's name while it works for it. */
    private ThreadFactory attributedThreads() {
      String attributed = name();
      ThreadFactory factory = threads.orElseGet(() -> daemons(attributed));
      return task ->
          factory.newThread(
              () -> {
                MDC.put(MDC_KEY, attributed);
                try {
                  task.run();
                } finally {
                  MDC.remove(MDC_KEY);
                }
              });
    }

    private static ThreadFactory daemons(String name) {
      AtomicInteger number = new AtomicInteger();
      return task -> {
        Thread thread = new Thread(task, "walden-" + name + "-" + number.incrementAndGet());
        thread.setDaemon(true);
        return thread;
      };
    }

    /** Where the WAL goes. The archive stays open when the receiver is closed. */
    public Builder into(ArchiveStore store) {
      archive = store;
      return this;
    }

    /**
     * The physical replication slot that keeps the server's WAL for this receiver; created, with
     * WAL reserved, if there is none.
     *
     * @param name 1 to 63 lower-case letters, digits and underscores, as PostgreSQL demands
     */
    public Builder slot(String name) {
      Arguments.require(SLOT.matcher(name).matches(), "slot", '"' + name + '"');
      slot = name;
      return this;
    }

    /**
     * What the receiver is called, in the names of its threads, in their MDC ({@link #MDC_KEY}), in
     * metrics and in the message that tells of its end; the slot's name unless set.
     *
     * @param text of printable characters
     */
    public Builder name(String text) {
      boolean printable = text.chars().noneMatch(Character::isISOControl);
      Arguments.require(!text.isBlank() && printable, "name", '"' + text + '"');
      name = text;
      return this;
    }

    /**
     * Acknowledges WAL once it is forced to this directory, which must survive a crash; it is
     * pushed from there. No other receiver may use it, which a lock ensures. Without a spool, WAL
     * is acknowledged in whole segments, once they are in the archive.
     */
    public Builder spool(Path directory) {
      spool = Optional.of(directory);
      return this;
    }

    /** How many bytes may wait in the spool; at least three segments. 1 GiB unless set. */
    public Builder spoolLimit(long bytes) {
      Arguments.require(bytes > 0, "spoolLimit", bytes);
      spoolLimit = OptionalLong.of(bytes);
      return this;
    }

    /**
     * Archives the segment that is being received in pieces, and acknowledges WAL once its piece is
     * in the archive. No local disk is needed. When the segment is complete it is archived whole,
     * and its pieces are removed.
     *
     * <p>If the server's {@code synchronous_standby_names} named this receiver (by its {@code
     * ApplicationName}) when the connection was made, bytes wait for nothing but the piece before
     * them; otherwise see {@link #tailInterval}.
     */
    public Builder tail() {
      tail = true;
      return this;
    }

    /**
     * How long received WAL waits for more before it becomes a piece; a second unless set. Zero,
     * for a synchronous standby: it does not wait.
     */
    public Builder tailInterval(Duration wait) {
      tailInterval = Arguments.notNegative("tailInterval", wait);
      tailSettings = true;
      return this;
    }

    /** How many bytes of received WAL do not wait any longer; 1 MiB unless set. */
    public Builder tailBytes(int bytes) {
      Arguments.require(bytes > 0, "tailBytes", bytes);
      tailBytes = bytes;
      tailSettings = true;
      return this;
    }

    /**
     * What to do where the server no longer has the WAL that comes next: a slot that was dropped,
     * or invalidated by {@code max_slot_wal_keep_size}, or a server that took over without it.
     * {@link MissingWal#STOP} unless set.
     */
    public Builder onMissingWal(MissingWal policy) {
      missing = Objects.requireNonNull(policy);
      return this;
    }

    /**
     * Receives from a server although the archive holds a newer timeline that left the server's
     * before where it is now. Such a server is refused otherwise, with {@link
     * dev.walden.ArchiveConflictException}: it is an old primary. For the case that the newer
     * timeline is the one to be given up.
     */
    public Builder allowAbandonedTimeline() {
      abandonedTimeline = true;
      return this;
    }

    /** How many segments are compressed, encrypted and stored at once; 2 unless set. */
    public Builder parallelism(int segments) {
      Arguments.require(segments > 0, "parallelism", segments);
      parallelism = segments;
      return this;
    }

    /**
     * Where the segments are that are on their way to the archive, without a {@link #spool}: memory
     * that several receivers share. Unless set, a receiver takes up to {@link #parallelism} and one
     * segments for itself, 48 MiB by default.
     */
    public Builder memory(SegmentMemory shared) {
      memory = Optional.of(shared);
      return this;
    }

    /** How often the server hears of progress even without any; 10 seconds unless set. */
    public Builder statusInterval(Duration interval) {
      statusInterval = Arguments.positive("statusInterval", interval);
      return this;
    }

    /**
     * After how long without a word from the server the connection counts as lost; 60 s unless set.
     * It also bounds a login and each answer, where the server's address does not say otherwise,
     * and how long the server may refuse to read.
     */
    public Builder timeout(Duration silence) {
      timeout = Arguments.positive("timeout", silence);
      return this;
    }

    /** The longest wait between two tries to reach the server or the storage; 30 s unless set. */
    public Builder retryLimit(Duration wait) {
      retryLimit = Arguments.positive("retryLimit", wait);
      return this;
    }

    /** Who is told what happens; nobody unless set. */
    public Builder listener(WalReceiverListener told) {
      listener = Optional.of(told);
      return this;
    }

    /**
     * The limit of {@link WalReceiverStatus#health} by which the listener is told that durability
     * has stalled; 60 s unless set. It is looked at about once a second.
     */
    public Builder stallLimit(Duration wait) {
      stallLimit = Arguments.positive("stallLimit", wait);
      return this;
    }

    /**
     * Makes the receiver's threads: one to receive, {@link #parallelism} to push, with {@link
     * #tail} two more, and one with a {@link #listener}.
     */
    public Builder threads(ThreadFactory factory) {
      threads = Optional.of(factory);
      return this;
    }

    /**
     * Starts to receive.
     *
     * @throws IllegalStateException if the settings lack something, or contradict each other, or
     *     the {@link #memory} has no segment for another receiver
     * @throws SpoolInUseException if another receiver uses the spool
     * @throws IOException if the spool cannot be used; the server is not waited for
     */
    public WalReceiver start() throws IOException {
      if (archive == null || slot == null) {
        throw new IllegalStateException("a receiver needs an archive and a slot");
      }
      if (tail && spool.isPresent()) {
        throw new IllegalStateException("a receiver has a spool or archives in pieces, not both");
      }
      if (spoolLimit.isPresent() && spool.isEmpty()) {
        throw new IllegalStateException("spoolLimit is set, and there is no spool");
      }
      if (tailSettings && !tail) {
        throw new IllegalStateException("tailInterval or tailBytes is set, but not tail()");
      }
      return WalReceiver.start(this);
    }
  }
}
