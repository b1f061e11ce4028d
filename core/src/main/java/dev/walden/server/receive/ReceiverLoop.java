package dev.walden.server.receive;

import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.WalRemovedException;
import dev.walden.server.protocol.Connector;
import dev.walden.server.protocol.IdentifySystemResult;
import dev.walden.server.protocol.ReplicationSlotState;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.server.receive.spool.PendingHistories;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.server.receive.spool.SpoolLock;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.ValidWalEnd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a {@link WalReceiver} does: connect, find the place, stream, and again. */
final class ReceiverLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverLoop.class);

  private final ServerAddress server;
  private final Connector connector;
  private final ArchiveStore archive;
  private final PhysicalSlot slot;
  private final boolean leftTimeline;
  private final Duration retryLimit;
  private final SegmentPool space;
  private final Optional<SpoolLock> lock;
  private final ServerHistories histories;
  private final Set<WalFileName> handedOver = new HashSet<>();
  private final Optional<TailPusher> tail;
  private final SegmentPusher pusher;
  private final StreamReceiver intake;
  private final ResumePoint search;
  private final StatusSnapshot positions;
  private final ReceiverEvents journal;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile WalsenderConnection connection;
  private volatile WalReceiverStatus.State state = WalReceiverStatus.State.CONNECTING;
  private volatile IOException trouble;
  private volatile long connections;
  private volatile boolean streamed;

  /** Where the server's timeline must end, if the archive holds one that has left it. */
  private Optional<AbandonedTimeline> left = Optional.empty();

  private IOException warning;

  ReceiverLoop(WalReceiver.Builder settings, ThreadFactory threads) throws IOException {
    server = settings.server.within(settings.timeout);
    connector = new Connector(server);
    archive = settings.archive;
    slot = new PhysicalSlot(settings.slot);
    leftTimeline = settings.leftTimeline;
    retryLimit = settings.retryLimit;
    journal = new ReceiverEvents(settings.listener, settings.stallLimit, this::status);
    space =
        new SegmentPool(
            archive.cluster().segmentSize(),
            settings.spool,
            settings.spoolLimit,
            settings.parallelism);
    lock =
        settings.spool.isPresent()
            ? Optional.of(SpoolLock.of(settings.spool.get()))
            : Optional.empty();
    PendingHistories pending = spooledHistories(settings.spool);
    histories = new ServerHistories(pending);
    tail =
        settings.tail
            ? Optional.of(
                new TailPusher(
                    archive,
                    settings.tailInterval,
                    settings.tailBytes,
                    retryLimit,
                    threads,
                    this::progress))
            : Optional.empty();
    pusher =
        new SegmentPusher(
            archive, settings.parallelism, retryLimit, threads, tail, pending, journal);
    intake =
        new StreamReceiver(
            archive,
            space,
            pusher,
            tail,
            settings.statusInterval,
            settings.timeout,
            journal.server());
    search = new ResumePoint(server, archive, space, tail, intake, slot, settings.missing, journal);
    positions =
        new StatusSnapshot(
            archive.cluster().segmentSize(),
            settings.spool.isEmpty() && !settings.tail,
            intake,
            pusher,
            tail,
            journal);
    tail.ifPresent(TailPusher::start);
    journal.start(threads);
  }

  private void progress() {
    intake.progress();
  }

  WalReceiverStatus status() {
    return positions.status(state, connections, Optional.ofNullable(trouble));
  }

  /** Runs until closed, or until something that waiting does not mend. */
  void run() throws IOException {
    Backoff backoff = new Backoff(Duration.ofMillis(200), retryLimit, new Random());
    try {
      boolean spooled = false;
      while (!isClosed()) {
        Optional<IOException> reason = Optional.empty();
        try {
          pusher.check();
          if (!spooled) {
            pushSpooled();
            if (tail.isPresent()) {
              archive.tidyTails();
            }
            spooled = true;
          }
          streamed = false;
          session();
        } catch (ServerUnavailableException | StorageUnavailableException e) {
          trouble = e;
          reason = Optional.of(e);
          if (!isClosed()) {
            LOG.warn("not receiving: {}", e.getMessage());
          }
        } catch (CorruptFileException e) {
          if (!intake.isNewlyDamaged()) {
            throw e;
          }
          trouble = e;
          reason = Optional.of(e);
          LOG.warn("WAL came damaged, and is asked for again: {}", e.getMessage());
        } catch (WalRemovedException e) {
          locateAnew(e);
          reason = Optional.of(e);
        }
        // what is compared with a spool that is full counts as streamed, too
        if (streamed && reason.filter(StorageUnavailableException.class::isInstance).isEmpty()) {
          backoff.reset();
        }
        state = WalReceiverStatus.State.WAITING;
        Duration wait = backoff.next();
        if (!isClosed()) {
          journal.disconnected(reason, wait);
        }
        closed.await(wait.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      if (!isClosed()) {
        Thread.currentThread().interrupt();
        throw new IOException("the receiver's thread was interrupted", e);
      }
    } catch (IOException e) {
      if (!isClosed()) {
        throw e;
      }
    } finally {
      intake.close();
    }
  }

  /** Lets the next connection begin as the first one did: from what is archived by then. */
  private void locateAnew(WalRemovedException removal) throws IOException, InterruptedException {
    search.removed(removal);
    // whole segments that wait for the end of their last record, which never comes
    intake.endTimeline(intake.received());
    awaitPushed();
    tail.ifPresent(TailPusher::leaveIncomplete);
  }

  private void session() throws IOException, InterruptedException {
    state = WalReceiverStatus.State.CONNECTING;
    try (WalsenderConnection opened = connector.open(this::check)) {
      connection = opened;
      connections++;
      if (isClosed()) {
        return;
      }
      ReplicationSlotState position = slot.ready(opened);
      watchCommits(opened);
      IdentifySystemResult system = opened.identifySystem();
      TimelineHistory history = histories.archive(opened, system.timeline());
      StreamStart start = search.find(opened, position, history, system);
      // PostgreSQL 14 does not tell what the slot keeps; it is no later than now
      intake.keptFrom(
          position.restartLsn().orElse(system.position()),
          position.restartLsn().isPresent() || slot.trouble().isPresent());
      journal.server().identified(system.timeline(), system.position());
      try {
        stream(opened, start);
      } catch (ServerRefusedException e) {
        if (!PhysicalSlot.isInvalid(position, e)) {
          throw e;
        }
        slot.renew(opened, e.getMessage());
      }
    } finally {
      journal.server().lost();
      connection = null;
    }
  }

  /** Rules out a host that is not the one to receive from. */
  private void check(WalsenderConnection host) throws IOException {
    ClusterIdentity found = host.identity();
    if (!found.equals(archive.cluster())) {
      throw new WrongClusterException(
          host.host() + " is " + found + "; the archive is bound to " + archive.cluster());
    }
    checkTimeline(host);
  }

  private PendingHistories spooledHistories(Optional<Path> spool) throws IOException {
    try {
      return new PendingHistories(archive, spool);
    } catch (IOException | RuntimeException e) {
      if (lock.isPresent()) {
        lock.get().close();
      }
      throw e;
    }
  }

  /**
   * Rules out an old primary. Else the server's timeline must end where the archive holds one that
   * has left it.
   */
  private void checkTimeline(WalsenderConnection host) throws IOException {
    left = Optional.empty();
    if (leftTimeline) {
      return;
    }
    IdentifySystemResult system = host.identifySystem();
    try {
      left = AbandonedTimeline.find(system.timeline(), archive.histories());
    } catch (StorageUnavailableException e) {
      if (lock.isEmpty()) {
        throw e;
      }
      // where a spool tells where to go on, commits do not wait for the storage
      requireNotBehind(host, system.timeline());
      return;
    }
    if (left.isPresent() && left.get().isPassed(system.position())) {
      throw left.get().refusal(server, system.position());
    }
  }

  /** An old primary is on a timeline before the one that was received last. */
  private void requireNotBehind(WalsenderConnection host, TimelineId timeline) throws IOException {
    Stream<TimelineId> spooled =
        Stream.concat(space.complete().stream(), space.begun().stream()).map(WalSegment::timeline);
    Optional<TimelineId> furthest =
        Stream.concat(intake.timeline().stream(), spooled).max(Comparator.naturalOrder());
    if (furthest.isPresent() && timeline.compareTo(furthest.get()) < 0) {
      throw new ServerUnavailableException(
          host.host()
              + " is on timeline "
              + timeline
              + ", and WAL of timeline "
              + furthest.get()
              + " was received: an old primary, or a standby that has not followed",
          "55000",
          null);
    }
  }

  private void watchCommits(WalsenderConnection opened) throws IOException {
    SynchronousCommitCheck wait = SynchronousCommitCheck.of(opened, server);
    tail.ifPresent(pieces -> pieces.synchronous(wait.synchronous()));
    warning = wait.warning().orElse(null);
    if (warning != null) {
      LOG.warn("{}", warning.getMessage());
    }
  }

  private WalSegmentSize size() {
    return archive.cluster().segmentSize();
  }

  private void stream(WalsenderConnection server, StreamStart from)
      throws IOException, InterruptedException {
    StreamStart start = from;
    while (!isClosed()) {
      pushLeftovers(WalSegment.containing(start.timeline(), start.lsn(), size()));
      TimelineId timeline = start.timeline();
      LOG.info("streaming timeline {} of {} from {}", timeline, server.host(), start.lsn());
      ReplicationStream stream =
          server.startReplication(Optional.of(slot.name()), start.lsn(), start.timeline());
      trouble = warning;
      state = WalReceiverStatus.State.STREAMING;
      journal.streaming(start);
      Optional<AbandonedTimeline> limit = left.filter(of -> of.timeline().equals(timeline));
      Optional<ReplicationStream.Event> end;
      try {
        end = intake.take(stream, start, () -> isClosed() || isPassed(limit));
      } finally {
        streamed = intake.received().isAfter(start.lsn());
        search.streamed(streamed);
        if (streamed) {
          slot.works();
        }
      }
      if (!isClosed() && isPassed(limit)) {
        // with the next connection this server is refused, and another one may be there
        LOG.warn("{}", limit.orElseThrow().refusal(this.server, intake.received()).getMessage());
        return;
      }
      if (end.isEmpty() || end.get() == ReplicationStream.Event.SERVER_STOPPED) {
        return;
      }
      TimelineId next = stream.nextTimeline();
      LOG.info("timeline {} ended at {}", start.timeline(), stream.nextTimelineStart());
      histories.archive(server, next);
      intake.endTimeline(stream.nextTimelineStart());
      journal.switched(start.timeline(), next, stream.nextTimelineStart());
      start = new StreamStart(next, size().floor(stream.nextTimelineStart()));
      intake.turnTo(start);
    }
  }

  private boolean isPassed(Optional<AbandonedTimeline> limit) {
    return limit.isPresent() && limit.get().isPassed(intake.received());
  }

  /** Pushes the complete segments that an earlier receiver left in the spool. */
  private void pushSpooled() throws IOException {
    for (OpenSegment segment : space.openComplete()) {
      pusher.push(segment, Optional.empty());
    }
  }

  /** Until a spooled file is pushed and gone, nobody else may open it. */
  private void awaitPushed() throws IOException, InterruptedException {
    while (!isClosed() && !pusher.awaitIdle(Duration.ofMillis(200))) {
      state = WalReceiverStatus.State.WAITING;
    }
  }

  /**
   * Pushes the beginnings of segments that no stream will complete any more. Until such a file is
   * pushed and gone, nobody else may open it.
   */
  private void pushLeftovers(WalSegment current) throws IOException {
    if (search.isLocated()) {
      return;
    }
    for (OpenSegment segment : space.diverged()) {
      pusher.pushPartial(segment);
    }
    for (OpenSegment segment : space.leftovers()) {
      boolean mayCome =
          segment.segment().timeline().compareTo(current.timeline()) >= 0
              && segment.segment().number() >= current.number();
      if (mayCome || segment.length() == 0 || !handedOver.add(segment.segment().fileName())) {
        segment.close();
      } else if (!holdsWal(segment)) {
        LOG.warn("{} in the spool holds no valid WAL, and is left there", segment.segment());
        segment.close();
      } else {
        pusher.pushPartial(segment);
      }
    }
  }

  /** A crash may have left anything of what was not forced. */
  private static boolean holdsWal(OpenSegment segment) throws IOException {
    try (InputStream in = segment.padded().open()) {
      return ValidWalEnd.find(in, segment.segment()).isPresent();
    }
  }

  /** It has ended, and does nothing more. */
  void stopped(Optional<IOException> failure) {
    journal.stopped(failure);
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Ends everything, from any thread; waits for nothing. */
  void stop() {
    closed.countDown();
    WalsenderConnection current = connection;
    if (current != null) {
      current.close();
    }
    connector.close();
    tail.ifPresent(TailPusher::stop);
    pusher.stop();
  }

  /** Waits, after {@link #stop}, until the storage has let go, at most so long. */
  void awaitEnd(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    tail.ifPresent(pieces -> pieces.awaitEnd(deadline));
    pusher.awaitEnd(deadline);
    try {
      space.close();
    } catch (IOException e) {
      LOG.debug("removing temporary segments", e);
    }
    try {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      LOG.debug("unlocking the spool", e);
    }
  }
}
