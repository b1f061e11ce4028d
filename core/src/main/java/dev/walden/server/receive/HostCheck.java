package dev.walden.server.receive;

import dev.walden.StorageUnavailableException;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.protocol.IdentifySystemResult;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.server.receive.upstream.AbandonedTimeline;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Rules out hosts that are not the one to receive from. For one thread. */
final class HostCheck {
  private static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";

  private final ServerAddress server;
  private final ArchiveStore archive;
  private final SegmentPool pool;
  private final FlushLedger ledger;
  private final boolean allowAbandoned;
  private Optional<AbandonedTimeline> abandoned = Optional.empty();

  /**
   * @param allowAbandoned whether a server may be ahead of where a newer timeline left its own
   */
  HostCheck(ServerAddress server, ReceiverResources resources, boolean allowAbandoned) {
    this.server = server;
    this.archive = resources.archive();
    this.pool = resources.pool();
    this.ledger = resources.ledger();
    this.allowAbandoned = allowAbandoned;
  }

  /** Throws if this is a host of another cluster, or an old primary. */
  void check(WalsenderConnection host) throws IOException {
    ClusterIdentity found = host.identity();
    if (!found.equals(archive.cluster())) {
      throw new WrongClusterException(
          host.host() + " is " + found + "; the archive is bound to " + archive.cluster());
    }
    checkTimeline(host);
  }

  /**
   * Where the timeline of the host that was checked last must end, if the archive holds one that
   * has left it.
   */
  Optional<AbandonedTimeline> abandoned() {
    return abandoned;
  }

  private void checkTimeline(WalsenderConnection host) throws IOException {
    abandoned = Optional.empty();
    if (allowAbandoned) {
      return;
    }
    IdentifySystemResult system = host.identifySystem();
    try {
      abandoned = AbandonedTimeline.find(system.timeline(), archive.histories());
    } catch (StorageUnavailableException e) {
      if (pool.spool().isEmpty()) {
        throw e;
      }
      // where a spool tells where to resume, commits do not wait for the storage
      requireNotBehind(host, system.timeline());
      return;
    }
    if (abandoned.isPresent() && abandoned.get().isPassed(system.position())) {
      throw abandoned.get().refusal(server, system.position());
    }
  }

  /** An old primary is on a timeline before the one that was received last. */
  private void requireNotBehind(WalsenderConnection host, TimelineId timeline) throws IOException {
    Stream<TimelineId> spooled =
        Stream.concat(pool.complete().stream(), pool.begun().stream()).map(WalSegment::timeline);
    Optional<TimelineId> furthest =
        Stream.concat(ledger.positions().timeline().stream(), spooled)
            .max(Comparator.naturalOrder());
    if (furthest.isPresent() && timeline.compareTo(furthest.get()) < 0) {
      throw new ServerUnavailableException(
          host.host()
              + " is on timeline "
              + timeline
              + ", and WAL of timeline "
              + furthest.get()
              + " was received: an old primary, or a standby that has not followed",
          OBJECT_NOT_IN_PREREQUISITE_STATE,
          null);
    }
  }
}
