package dev.walden.server;

import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.WalInventory;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a {@link WalReceiver} does: connect, find the place, stream, and again. */
final class WalStreaming {
  private static final Logger LOG = LoggerFactory.getLogger(WalStreaming.class);
  private static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
  private static final String UNDEFINED_FILE = "58P01";
  private static final int MOST_STARTS = 10;

  private final ServerAddress server;
  private final Connector connector;
  private final ArchiveStore archive;
  private final SlotCheck slot;
  private final MissingWal missing;
  private final boolean leftTimeline;
  private final Duration retryLimit;
  private final SegmentSpace space;
  private final Optional<SpoolLock> lock;
  private final PendingHistories histories;
  private final Set<WalFileName> handedOver = new HashSet<>();
  private final Optional<TailPusher> tail;
  private final SegmentPusher pusher;
  private final WalIntake intake;
  private final Journal journal;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile WalsenderConnection connection;
  private volatile WalReceiverStatus.State state = WalReceiverStatus.State.CONNECTING;
  private volatile IOException trouble;
  private volatile long connections;
  private volatile boolean streamed;
  private volatile Lsn archived = Lsn.ZERO;
  private final boolean wholeSegments;
  private boolean located;

  /** Whether an archive's start was found by asking what the server still has. */
  private boolean asked;

  /** How often the server refused the WAL that comes next, without giving any. */
  private int removals;

  private IOException warning;

  WalStreaming(WalReceiver.Builder settings, ThreadFactory threads) throws IOException {
    server = settings.server.within(settings.timeout);
    connector = new Connector(server);
    archive = settings.archive;
    slot = new SlotCheck(settings.slot);
    missing = settings.missing;
    leftTimeline = settings.leftTimeline;
    retryLimit = settings.retryLimit;
    wholeSegments = settings.spool.isEmpty() && !settings.tail;
    journal = new Journal(settings.listener, settings.stallLimit, this::status);
    space =
        new SegmentSpace(
            archive.cluster().segmentSize(),
            settings.spool,
            settings.spoolLimit,
            settings.parallelism);
    lock =
        settings.spool.isPresent()
            ? Optional.of(SpoolLock.of(settings.spool.get()))
            : Optional.empty();
    histories = new PendingHistories(archive, settings.spool.isPresent());
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
            archive, settings.parallelism, retryLimit, threads, tail, histories, journal);
    intake =
        new WalIntake(
            archive,
            space,
            pusher,
            tail,
            settings.statusInterval,
            settings.timeout,
            journal.server());
    tail.ifPresent(TailPusher::start);
    journal.start(threads);
  }

  private void progress() {
    intake.progress();
  }

  WalReceiverStatus status() {
    Lsn pushed = pusher.archived();
    archived = pushed == null ? archived : pushed;
    IOException storage = pusher.trouble();
    if (storage == null && tail.isPresent()) {
      storage = tail.get().trouble();
    }
    if (storage != null) {
      journal.failed(storage);
    }
    Lsn durable = intake.durable();
    // what was archived a moment ago is about to be acknowledged
    Lsn covered = Lsn.max(Lsn.max(durable, intake.first()), pushed == null ? Lsn.ZERO : pushed);
    return new WalReceiverStatus(
        state,
        intake.timeline(),
        intake.received(),
        durable,
        pushed == null ? Lsn.ZERO : pushed,
        journal.server().end().orElse(Lsn.ZERO),
        lagBytes(covered),
        journal.lag(covered),
        wholeSegments ? journal.segmentLag(covered, size()) : journal.lag(covered),
        journal.server().silence(),
        connections,
        journal.segmentsArchived(),
        journal.eventsDropped(),
        Optional.ofNullable(storage == null ? trouble : storage),
        journal.lastError());
  }

  private Optional<WalReceiverLag> lagBytes(Lsn durable) {
    Lsn stored = Lsn.max(archived, wholeSegments ? durable : intake.first());
    return journal
        .server()
        .end()
        .filter(end -> !durable.equals(Lsn.ZERO))
        .map(
            end ->
                new WalReceiverLag(
                    Math.max(0, end.minus(Lsn.max(intake.received(), durable))),
                    Math.max(0, end.minus(durable)),
                    Math.max(0, end.minus(stored))));
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
          LOG.warn("WAL came damaged, and is asked for again: {}", e.getMessage());
        } catch (WalRemovedException e) {
          locateAnew(e);
          reason = Optional.of(e);
        }
        if (streamed) {
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
    removals = streamed ? 1 : removals + 1;
    if (removals > MOST_STARTS) {
      throw removal;
    }
    LOG.info("{}", removal.getMessage());
    intake.close();
    awaitPushed();
    tail.ifPresent(TailPusher::leaveIncomplete);
    located = false;
  }

  private void session() throws IOException, InterruptedException {
    state = WalReceiverStatus.State.CONNECTING;
    try (WalsenderConnection opened = connector.open()) {
      connection = opened;
      connections++;
      if (isClosed()) {
        return;
      }
      checkCluster(opened.identity());
      Optional<LeftTimeline> left = checkTimeline(opened.identifySystem());
      SlotPosition position = slot.ready(opened);
      watchCommits(opened);
      IdentifiedSystem system = opened.identifySystem();
      TimelineHistory history = archiveHistories(opened, system.timeline());
      StreamStart start = start(opened, position, history, system);
      checkPosition(system, start);
      journal.server().identified(system.timeline(), system.position());
      try {
        stream(opened, start, left);
      } catch (ServerRefusedException e) {
        if (!SlotCheck.isInvalid(position, e)) {
          throw e;
        }
        slot.renew(opened, e.getMessage());
      }
    } finally {
      journal.server().lost();
      connection = null;
    }
  }

  /** Where the server's timeline must end, because the archive holds one that has left it there. */
  private Optional<LeftTimeline> checkTimeline(IdentifiedSystem system) throws IOException {
    Optional<LeftTimeline> left;
    try {
      left =
          leftTimeline
              ? Optional.empty()
              : LeftTimeline.find(system.timeline(), archive.histories());
    } catch (StorageUnavailableException e) {
      if (lock.isEmpty()) {
        throw e;
      }
      // where a spool tells where to go on, commits do not wait for the storage
      return Optional.empty();
    }
    if (left.isPresent() && left.get().isPassed(system.position())) {
      throw left.get().refusal(server, system.position());
    }
    return left;
  }

  private void checkPosition(IdentifiedSystem system, StreamStart start)
      throws ServerUnavailableException {
    if (system.position().isBefore(start.lsn())) {
      throw new ServerUnavailableException(
          server
              + " has WAL up to "
              + system.position()
              + " only, and it is archived up to "
              + start.lsn()
              + ": a standby that lags, or a server that went back in time",
          OBJECT_NOT_IN_PREREQUISITE_STATE,
          null);
    }
  }

  /** Finds out what the server's commits wait for. */
  private void watchCommits(WalsenderConnection opened) throws IOException {
    boolean synchronous =
        SynchronousNames.contain(
            opened.show("synchronous_standby_names"), server.applicationName());
    tail.ifPresent(pieces -> pieces.synchronous(synchronous));
    warning = null;
    if (synchronous && opened.show("synchronous_commit").equals("remote_apply")) {
      warning =
          new IOException(
              server
                  + " has synchronous_commit = remote_apply and may wait for "
                  + server.applicationName()
                  + ", which replays nothing: then commits never return. Set it to on, or take that"
                  + " name out of synchronous_standby_names");
      LOG.warn("{}", warning.getMessage());
    }
  }

  private void checkCluster(ClusterIdentity found) throws WrongClusterException {
    if (!found.equals(archive.cluster())) {
      throw new WrongClusterException(
          server + " is " + found + "; the archive is bound to " + archive.cluster());
    }
  }

  /** Archives the history of a timeline, and those of its ancestors, before any of its WAL. */
  private TimelineHistory archiveHistories(WalsenderConnection server, TimelineId timeline)
      throws IOException {
    if (timeline.equals(TimelineId.FIRST)) {
      return TimelineHistory.first();
    }
    TimelineHistory history = archiveHistory(server, timeline);
    for (TimelineHistory.Ancestor ancestor : history.ancestors()) {
      if (!ancestor.timeline().equals(TimelineId.FIRST)
          && !histories.contains(ancestor.timeline())) {
        archiveAncestorsHistory(server, ancestor.timeline());
      }
    }
    return history;
  }

  /**
   * Archives an ancestor's history if the server has it. A standby that was cloned later has not,
   * and recovery can do without: the descendant's own history names all ancestors.
   */
  private void archiveAncestorsHistory(WalsenderConnection server, TimelineId ancestor)
      throws IOException {
    try {
      archiveHistory(server, ancestor);
    } catch (ServerRefusedException e) {
      if (!UNDEFINED_FILE.equals(e.sqlState())) {
        throw e;
      }
      LOG.info("the server has no history of timeline {}, an ancestor's", ancestor);
    }
  }

  private TimelineHistory archiveHistory(WalsenderConnection server, TimelineId timeline)
      throws IOException {
    byte[] content = server.timelineHistory(timeline);
    histories.push(timeline, content);
    return TimelineHistory.parse(timeline, content);
  }

  private StreamStart start(
      WalsenderConnection opened, SlotPosition slot, TimelineHistory history, IdentifiedSystem now)
      throws IOException, InterruptedException {
    if (located) {
      // segments on their way to the archive need not arrive twice
      return StreamStart.after(intake.timeline().orElseThrow(), intake.restart(), history, size());
    }
    WalInventory inventory;
    try {
      inventory = archived(slot.restartLsn());
    } catch (StorageUnavailableException e) {
      SpoolStart spooled = new SpoolStart(space.complete(), space.begun());
      StreamStart next = spooled.next(history, slot.restartLsn()).orElseThrow(() -> e);
      LOG.warn("going on after what is spooled: {}", e.getMessage());
      return next;
    }
    Optional<StreamStart> next = StreamStart.after(inventory, history, slot.restartLsn());
    if (next.isEmpty()) {
      return StreamStart.at(first(opened, slot, history, now.position()), history, size());
    }
    checkPosition(now, next.get());
    WalRepair repair = new WalRepair(opened, server, archive, inventory, history);
    repair.fill(next.get().lsn());
    if (removals > 0) {
      repair.settle(next.get(), now.position(), policy(), reason());
      next = StreamStart.after(archived(slot.restartLsn()), history, slot.restartLsn());
    }
    intake.archivedBefore(next.orElseThrow());
    return next.get();
  }

  /**
   * What need not be received. A segment may be archived in pieces, all of them, and the server
   * have removed it; if it has not, it is received again, and archived whole.
   */
  private WalInventory archived(Optional<Lsn> kept) throws IOException {
    // segments on their way from the spool need not arrive twice
    WalInventory inventory = archive.inventory().with(space.complete());
    tail.ifPresent(pieces -> pieces.leftovers(inventory.tails()));
    return inventory.withTails(
        segment ->
            segment.isComplete()
                && kept.map(lsn -> !segment.segment().end().isAfter(size().floor(lsn)))
                    .orElse(true));
  }

  /** An archive that was begun before what the slot keeps may lose WAL that nobody needs. */
  private MissingWal policy() throws IOException {
    return asked && archive.backups().isEmpty() ? MissingWal.RECORD_GAP : missing;
  }

  private String reason() {
    return "the server had removed it" + slot.trouble().map(why -> ": " + why).orElse("");
  }

  /** Where an archive begins. */
  private Lsn first(
      WalsenderConnection server, SlotPosition slot, TimelineHistory history, Lsn position)
      throws IOException {
    Optional<Lsn> known = slot.restartLsn().isPresent() ? slot.restartLsn() : space.start();
    if (known.isEmpty() && slot.presence() == SlotPosition.Presence.UNKNOWN) {
      asked = true;
      return new KeptWal(server, history, size()).before(position);
    }
    return known.orElse(position);
  }

  private WalSegmentSize size() {
    return archive.cluster().segmentSize();
  }

  private void stream(WalsenderConnection server, StreamStart from, Optional<LeftTimeline> left)
      throws IOException, InterruptedException {
    StreamStart start = from;
    while (!isClosed()) {
      pushLeftovers(WalSegment.containing(start.timeline(), start.lsn(), size()));
      TimelineId timeline = start.timeline();
      LOG.info("streaming timeline {} from {}", timeline, start.lsn());
      ReplicationStream stream =
          server.startReplication(Optional.of(slot.name()), start.lsn(), start.timeline());
      state = WalReceiverStatus.State.STREAMING;
      journal.streaming(start);
      trouble = warning;
      Optional<LeftTimeline> limit = left.filter(of -> of.timeline().equals(timeline));
      Optional<ReplicationStream.Event> end;
      try {
        end = intake.take(stream, start, () -> isClosed() || isPassed(limit));
      } finally {
        streamed = intake.received().isAfter(start.lsn());
        located |= streamed;
        if (streamed) {
          slot.works();
        }
      }
      if (!isClosed() && isPassed(limit)) {
        throw limit.orElseThrow().refusal(this.server, intake.received());
      }
      if (end.isEmpty() || end.get() == ReplicationStream.Event.SERVER_STOPPED) {
        return;
      }
      TimelineId next = stream.nextTimeline();
      LOG.info("timeline {} ended at {}", start.timeline(), stream.nextTimelineStart());
      archiveHistories(server, next);
      intake.endTimeline(stream.nextTimelineStart());
      journal.switched(start.timeline(), next, stream.nextTimelineStart());
      start = new StreamStart(next, size().floor(stream.nextTimelineStart()));
      intake.turnTo(start);
    }
  }

  private boolean isPassed(Optional<LeftTimeline> limit) {
    return limit.isPresent() && limit.get().isPassed(intake.received());
  }

  /** Pushes the complete segments that an earlier receiver left in the spool. */
  private void pushSpooled() throws IOException {
    for (OpenSegment segment : space.openComplete()) {
      pusher.push(segment);
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
    if (located) {
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
      } else {
        pusher.pushPartial(segment);
      }
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
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      LOG.debug("removing temporary segments", e);
    }
  }
}
