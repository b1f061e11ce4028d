package dev.walden.server.receive;

import dev.walden.ArchiveConflictException;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.WalRemovedException;
import dev.walden.server.protocol.Connector;
import dev.walden.server.protocol.IdentifySystemResult;
import dev.walden.server.protocol.ReplicationSlotState;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.upstream.AbandonedTimeline;
import dev.walden.server.receive.upstream.DamageMemory;
import dev.walden.server.receive.upstream.PhysicalSlot;
import dev.walden.server.receive.upstream.ServerHistories;
import dev.walden.server.receive.upstream.SynchronousCommitCheck;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection after another: find the place, and stream from there, from timeline to timeline.
 * For one thread, but {@link #cancel} for any.
 */
final class ReceiverSession implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverSession.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final ServerAddress server;
  private final Connector connector;
  private final SystemIdentifier cluster;
  private final WalSegmentSize size;
  private final PhysicalSlot slot;
  private final HostCheck hosts;
  private final ServerHistories histories;
  private final ResumePoint resume;
  private final StreamReceiver receiver;
  private final SpoolRecovery spool;
  private final FlushLedger ledger;
  private final StatusSender statuses;
  private final ReceiverEvents events;
  private final ReceiverState state;
  private volatile @Nullable WalsenderConnection connection;
  private boolean streamed;
  private boolean begun;

  ReceiverSession(
      WalReceiver.Builder settings,
      ReceiverResources resources,
      SpoolRecovery spool,
      ReceiverState state) {
    this.server = settings.server.within(settings.timeout);
    this.connector = new Connector(server);
    // HostCheck requires the server to be of the same
    this.cluster = resources.archive().cluster().systemIdentifier();
    this.size = resources.archive().cluster().segmentSize();
    this.slot = new PhysicalSlot(settings.slot());
    this.hosts = new HostCheck(server, resources, settings.abandonedTimeline);
    this.histories = new ServerHistories(resources.histories());
    this.resume = new ResumePoint(server, resources, slot, settings.missing);
    this.receiver = new StreamReceiver(resources, settings.timeout);
    this.spool = spool;
    this.ledger = resources.ledger();
    this.statuses = resources.statuses();
    this.events = resources.events();
    this.state = state;
  }

  /** Connects, and streams until the connection is lost, or the receiver closed. */
  void run() throws IOException, InterruptedException {
    streamed = false;
    state.turnTo(WalReceiverStatus.State.CONNECTING);
    try (WalsenderConnection opened = connector.open(hosts::check)) {
      connection = opened;
      state.connected();
      if (!state.isClosed()) {
        run(opened);
      }
    } catch (ArchiveConflictException e) {
      throw named(e);
    } finally {
      events.server().lost();
      connection = null;
    }
  }

  /** The same with the server that has the WAL in conflict, if it was that. */
  private ArchiveConflictException named(ArchiveConflictException conflict) {
    WalsenderConnection current = connection;
    return current == null
        ? conflict
        : new ArchiveConflictException(
            "receiving from "
                + current.host()
                + ", system identifier "
                + cluster
                + ": "
                + conflict.getMessage(),
            conflict);
  }

  /** Whether {@link #run} has received anything. */
  boolean hasStreamed() {
    return streamed;
  }

  /** Whether any {@link #run} came so far as to stream. */
  boolean hasEverBegun() {
    return begun;
  }

  private void run(WalsenderConnection opened) throws IOException, InterruptedException {
    ReplicationSlotState position = slot.ready(opened);
    Optional<IOException> warning = checkCommits(opened);
    IdentifySystemResult system = opened.identifySystem();
    TimelineHistory history = histories.archive(opened, system.timeline());
    StreamStart start =
        resume.isLocated()
            // segments on their way to the archive need not arrive twice
            ? resume.continued(opened, receiver.restart(), history, system)
            : resume.find(opened, position, history, system);
    // PostgreSQL 14 does not tell what the slot keeps; it is no later than now
    statuses.keptFrom(
        position.restartLsn().orElse(system.position()),
        position.restartLsn().isPresent() || slot.trouble().isPresent());
    events.server().identified(system.timeline(), system.position());
    try {
      stream(opened, start, warning);
    } catch (ServerRefusedException e) {
      if (!PhysicalSlot.isInvalid(position, e)) {
        throw e;
      }
      slot.renew(opened, e.getMessage());
    }
  }

  /** Finds out whether commits wait for this receiver, and warns if they never return. */
  private Optional<IOException> checkCommits(WalsenderConnection opened) throws IOException {
    SynchronousCommitCheck commits = SynchronousCommitCheck.of(opened, server);
    ledger.synchronous(commits.synchronous());
    commits.warning().ifPresent(warning -> LOG.warn("{}", warning.getMessage()));
    return commits.warning();
  }

  private void stream(WalsenderConnection host, StreamStart from, Optional<IOException> warning)
      throws IOException, InterruptedException {
    Optional<StreamStart> start = Optional.of(from);
    while (start.isPresent() && !state.isClosed()) {
      if (!resume.isLocated()) {
        spool.handOverBeginnings(segment(start.get()));
      }
      LOG.info(
          "streaming timeline {} of {} from {}",
          start.get().timeline(),
          host.host(),
          start.get().lsn());
      ReplicationStream stream =
          host.startReplication(
              Optional.of(slot.name()), start.get().lsn(), start.get().timeline());
      state.trouble(warning);
      begun = true;
      state.turnTo(WalReceiverStatus.State.STREAMING);
      events.streaming(start.get());
      start =
          receive(stream, start.get())
              ? Optional.of(follow(host, stream, start.get().timeline()))
              : Optional.empty();
    }
  }

  private WalSegment segment(StreamStart start) {
    return WalSegment.containing(start.timeline(), start.lsn(), size);
  }

  /**
   * Receives a stream.
   *
   * @return whether the server goes on with another timeline
   */
  private boolean receive(ReplicationStream stream, StreamStart start)
      throws IOException, InterruptedException {
    Optional<AbandonedTimeline> limit =
        hosts.abandoned().filter(of -> of.timeline().equals(start.timeline()));
    Optional<ReplicationStream.Event> end;
    try {
      end = receiver.receive(stream, start, () -> state.isClosed() || isPassed(limit));
    } finally {
      streamed = receiver.received().isAfter(start.lsn());
      resume.streamed(streamed);
      if (streamed) {
        slot.works();
      }
    }
    if (!state.isClosed() && isPassed(limit)) {
      // with the next connection this server is refused, and another one may be there
      LOG.warn("{}", limit.orElseThrow().refusal(server, receiver.received()).getMessage());
      return false;
    }
    return end.filter(event -> event == ReplicationStream.Event.END_OF_TIMELINE).isPresent();
  }

  private boolean isPassed(Optional<AbandonedTimeline> limit) {
    return limit.isPresent() && limit.get().isPassed(receiver.received());
  }

  private StreamStart follow(WalsenderConnection host, ReplicationStream ended, TimelineId last)
      throws IOException {
    TimelineId next = ended.nextTimeline();
    LOG.info("timeline {} ended at {}", last, ended.nextTimelineStart());
    histories.archive(host, next);
    receiver.endTimeline(ended.nextTimelineStart());
    events.switched(last, next, ended.nextTimelineStart());
    StreamStart start = new StreamStart(next, size.floor(ended.nextTimelineStart()));
    receiver.turnTo(start);
    return start;
  }

  /** See {@link DamageMemory#takeNewlyDamaged}. */
  boolean takeNewlyDamaged() {
    return receiver.takeNewlyDamaged();
  }

  /** Lets the next connection begin as the first one did: from what is archived by then. */
  void relocate(WalRemovedException removal) throws IOException, InterruptedException {
    resume.removed(removal);
    // whole segments that wait for the end of their last record, which never comes
    receiver.endTimeline(receiver.received());
    // until a spooled file is archived and gone, nobody else may open it
    while (!state.isClosed() && !ledger.awaitDone(LOOK_AGAIN)) {
      state.turnTo(WalReceiverStatus.State.WAITING);
    }
    ledger.abandonIncomplete();
  }

  /** Ends everything that waits for the server. */
  void cancel() {
    WalsenderConnection current = connection;
    if (current != null) {
      current.close();
    }
    connector.close();
  }

  @Override
  public void close() throws IOException {
    receiver.close();
  }
}
