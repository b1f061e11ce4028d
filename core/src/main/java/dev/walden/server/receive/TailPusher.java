package dev.walden.server.receive;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.TailWriter;
import dev.walden.archive.inventory.WalTail;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives the open segment in pieces. One piece is under way at a time; what arrives meanwhile
 * goes into the next one. The receiving thread tells what has come and waits for nothing but, now
 * and then, a copy in memory.
 */
final class TailPusher {
  private static final Logger LOG = LoggerFactory.getLogger(TailPusher.class);

  /** The most that is copied and put at once. */
  private static final int MAX_PIECE = 4 << 20;

  /**
   * Whoever waits is told when there is a reason to go on; who was forgotten looks again after so
   * long.
   */
  private static final long LOOK_AGAIN_MS = 1000;

  private static final int REMOVAL_TRIES = 6;
  private static final long REMOVAL_PAUSE_SECONDS = 5;

  private final ArchiveStore archive;
  private final long interval;
  private final int bytes;
  private final Duration retryLimit;
  private final Runnable progress;
  private final Thread thread;
  private final ScheduledExecutorService remover;

  // the rest is guarded by this object
  private final Map<WalSegment, Entry> entries = new TreeMap<>();
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private final Set<WalSegment> leftovers = new HashSet<>();
  private Entry putting;
  private OpenSegment open;
  private Entry current;
  private int received;
  private long waitingSince;
  private boolean synchronous;
  private boolean urgent;
  private boolean closed;
  private IOException trouble;
  private IOException failure;

  /** A segment that was received, or is: so many bytes are durable, or on their way to be. */
  private static final class Entry {
    private final TailWriter writer;
    private int end;
    private int taken;
    private boolean pieces;
    private boolean whole;
    private boolean dropped;
    private boolean left;

    Entry(TailWriter writer, boolean pieces) {
      this.writer = writer;
      this.pieces = pieces;
    }

    /** Whether all of it is durable, or nothing more of it will ever be. */
    boolean isClosed() {
      return whole || left || end == writer.segment().size().bytes();
    }
  }

  /** Bytes to put. */
  private record Piece(Entry entry, int from, byte[] bytes) {
    int to() {
      return from + bytes.length;
    }
  }

  /**
   * @param interval how long bytes wait for more, at most
   * @param bytes how many do not wait any longer
   * @param progress told, by another thread, when {@link #reach} may have grown
   */
  TailPusher(
      ArchiveStore archive,
      Duration interval,
      int bytes,
      Duration retryLimit,
      ThreadFactory threads,
      Runnable progress) {
    this.archive = archive;
    this.interval = interval.toNanos();
    this.bytes = bytes;
    this.retryLimit = retryLimit;
    this.progress = progress;
    this.thread = threads.newThread(this::run);
    ScheduledThreadPoolExecutor one = new ScheduledThreadPoolExecutor(1, threads);
    one.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.remover = one;
    one.scheduleWithFixedDelay(
        this::removeRepeated, REMOVAL_PAUSE_SECONDS, REMOVAL_PAUSE_SECONDS, TimeUnit.SECONDS);
  }

  void start() {
    thread.start();
  }

  /** Whether somebody waits for each byte to be durable: then none waits for more. */
  synchronized void synchronous(boolean isSynchronous) {
    synchronous = isSynchronous;
    notifyAll();
  }

  /** Of these segments there are pieces already. */
  synchronized void leftovers(List<WalTail> tails) {
    tails.forEach(tail -> leftovers.add(tail.segment()));
  }

  /** Turns to a segment that begins to be received, maybe not for the first time. */
  synchronized void open(OpenSegment segment) {
    open = segment;
    received = 0;
    current = new Entry(archive.tail(segment.segment()), leftovers.contains(segment.segment()));
    Entry before = entries.put(segment.segment(), current);
    if (before != null) {
      before.dropped = true;
      current.pieces |= before.pieces;
      pieces.removeIf(piece -> piece.entry == before);
    }
  }

  /**
   * The open segment has grown.
   *
   * @param now whether what there is must not wait for more
   */
  synchronized void received(int length, boolean now) {
    if (current == null) {
      return;
    }
    if (received <= current.taken && length > current.taken) {
      waitingSince = System.nanoTime();
    }
    received = Math.max(received, length);
    urgent |= now && received > current.taken;
    notifyAll();
  }

  /** All of the open segment has come: from now on it is somebody else's. */
  synchronized void complete() throws IOException {
    received = open.length();
    // who waits for a commit at its end does not wait until the whole segment is archived
    takeRest(synchronous ? 2 * MAX_PIECE : bytes);
  }

  /**
   * The open segment will never be complete.
   *
   * @param length how much there is of it
   * @param rest whether all of that must be kept
   */
  synchronized void leave(int length, boolean rest) throws IOException {
    if (open != null) {
      received = length;
      current.left = true;
      takeRest(rest ? Integer.MAX_VALUE : 0);
    }
  }

  private void takeRest(int limit) throws IOException {
    int rest = received - current.taken;
    if (rest > 0 && rest <= limit && (current.left || isTurn(current.writer.segment(), false))) {
      pieces.add(take(current.taken, received));
    }
    drop();
    notifyAll();
  }

  private Piece take(int from, int to) throws IOException {
    current.taken = to;
    current.pieces = true;
    return new Piece(current, from, open.copy(from, to).orElseThrow());
  }

  /** The open segment's bytes can be read no longer. If it was cut off, it will come again. */
  synchronized void drop() {
    open = null;
    current = null;
    urgent = false;
  }

  /** What is not complete will never be, unless its segment is opened again. */
  synchronized void leaveIncomplete() {
    drop();
    entries.values().forEach(entry -> entry.left |= !entry.isClosed());
    notifyAll();
  }

  /** How far everything is durable, if it is up to {@code from}. */
  synchronized Lsn reach(TimelineId timeline, Lsn from) {
    entries.values().removeIf(entry -> entry.whole && !end(entry).isAfter(from));
    Lsn reached = from;
    while (true) {
      Entry entry =
          entries.get(WalSegment.containing(timeline, reached, archive.cluster().segmentSize()));
      if (entry == null || !end(entry).isAfter(reached)) {
        return reached;
      }
      reached = end(entry);
    }
  }

  private static Lsn end(Entry entry) {
    WalSegment segment = entry.writer.segment();
    return entry.whole ? segment.end() : segment.start().plus(entry.end);
  }

  /** What is wrong with the storage now, or null. */
  synchronized IOException trouble() {
    return failure == null ? trouble : failure;
  }

  /** Throws what ended it, if something did. */
  synchronized void check() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  private void run() {
    try {
      for (Piece piece = next(); piece != null; piece = next()) {
        put(piece);
      }
    } catch (InterruptedException e) {
      // close() does that
      LOG.debug("no more pieces are put");
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(new IOException("archiving pieces of the open segment failed", e));
    }
  }

  /**
   * Waits until a segment may be archived whole: not before one of which there are pieces, and some
   * are missing. Else a crash could leave those, though acknowledged, before a hole.
   *
   * <p>It has no limit: the missing pieces come when the storage takes them, or when the server
   * sends them again.
   *
   * @return false if it may not any more, because this was closed, or has failed
   */
  synchronized boolean awaitTurn(WalSegment segment) throws InterruptedException {
    while (isOn() && !isTurn(segment, true)) {
      wait(LOOK_AGAIN_MS);
    }
    return isOn();
  }

  private boolean isOn() {
    return !closed && failure == null;
  }

  private boolean isTurn(WalSegment segment, boolean whole) {
    return entries.entrySet().stream()
        .filter(entry -> entry.getKey().number() < segment.number())
        .map(Map.Entry::getValue)
        .allMatch(entry -> entry.isClosed() || whole && !entry.pieces);
  }

  /** Waits for the next piece; null if there will be none. */
  private synchronized Piece next() throws IOException, InterruptedException {
    while (!closed) {
      if (!pieces.isEmpty()) {
        return pieces.remove();
      }
      boolean turn = current != null && isTurn(current.writer.segment(), false);
      int waiting = turn ? received - current.taken : 0;
      long left = waiting == 0 ? 0 : waitingSince + interval - System.nanoTime();
      if (waiting >= bytes || waiting > 0 && (synchronous || urgent || left <= 0)) {
        int from = current.end == current.taken ? current.writer.next() : current.taken;
        Piece piece = take(from, Math.min(received, from + MAX_PIECE));
        urgent &= received > current.taken;
        return piece;
      }
      wait(waiting > 0 ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)) : LOOK_AGAIN_MS);
    }
    return null;
  }

  private void put(Piece piece) throws IOException, InterruptedException {
    Backoff backoff = new Backoff(Duration.ofMillis(200), retryLimit, new Random());
    Entry entry = piece.entry;
    while (isWanted(entry)) {
      try {
        entry.writer.put(piece.from, piece.bytes);
        done(piece);
        return;
      } catch (StorageUnavailableException e) {
        if (isClosed()) {
          LOG.debug("{}: closed before all of it was archived", entry.writer, e);
          return;
        }
        Duration wait = backoff.next();
        LOG.warn("{}: not archived yet, next try in {}: {}", entry.writer, wait, e.getMessage());
        pause(entry, wait, e);
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Waits before the next try; only what makes that needless ends it. */
  private synchronized void pause(Entry entry, Duration limit, IOException cause)
      throws InterruptedException {
    trouble = cause;
    long deadline = System.nanoTime() + limit.toNanos();
    for (long left = limit.toMillis(); left > 0 && isWanted(entry); ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
  }

  /** Nobody needs pieces of a segment that is whole. */
  private synchronized boolean isWanted(Entry entry) {
    putting = closed || entry.whole || entry.dropped ? null : entry;
    return putting != null;
  }

  private void done(Piece piece) {
    synchronized (this) {
      piece.entry.end = piece.to();
      putting = null;
      trouble = null;
      notifyAll();
    }
    progress.run();
  }

  private synchronized void fail(IOException e) {
    failure = closed || failure != null ? failure : e;
    notifyAll();
  }

  /** The whole segment is archived; its bytes can still be read. */
  void archived(OpenSegment segment) {
    Entry entry;
    synchronized (this) {
      entry = entries.get(segment.segment());
      if (entry == null) {
        return;
      }
      entry.whole = true;
      pieces.removeIf(piece -> piece.entry == entry);
      notifyAll();
    }
    progress.run();
    try {
      entry.writer.removeOthers(segment.padded());
    } catch (IOException e) {
      LOG.warn("pieces of {} are left over: {}", segment.segment(), e.getMessage());
    }
    later(() -> remove(entry, 1), 0);
  }

  private void remove(Entry entry, int tries) {
    synchronized (this) {
      if (putting == entry) {
        later(() -> remove(entry, tries), 1);
        return;
      }
    }
    try {
      entry.writer.remove();
    } catch (IOException e) {
      if (tries < REMOVAL_TRIES) {
        later(() -> remove(entry, tries + 1), REMOVAL_PAUSE_SECONDS);
      } else {
        LOG.warn("the pieces of {} are left over: {}", entry.writer.segment(), e.getMessage());
      }
    }
  }

  private void later(Runnable task, long seconds) {
    try {
      remover.schedule(task, seconds, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed; pieces are left over");
    }
  }

  private void removeRepeated() {
    List<TailWriter> writers;
    synchronized (this) {
      writers = entries.values().stream().map(entry -> entry.writer).toList();
    }
    for (TailWriter writer : writers) {
      try {
        writer.removeRepeated();
      } catch (IOException e) {
        LOG.debug("{}", e.getMessage());
      }
    }
  }

  /** Puts no more; what is not durable yet is left to the slot. */
  void stop() {
    synchronized (this) {
      closed = true;
      drop();
      notifyAll();
    }
    thread.interrupt();
    remover.shutdownNow();
  }

  /** Waits, after {@link #stop}, until nothing is put any more, at most to this deadline. */
  void awaitEnd(long deadline) {
    try {
      if (!remover.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        LOG.warn("the storage does not answer an interruption; leaving a thread behind");
      }
      // at least one: zero would wait for ever
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
