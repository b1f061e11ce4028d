package dev.walden.recovery.path;

import dev.walden.CorruptFileException;
import dev.walden.archive.WalIndex;
import dev.walden.archive.inventory.WalPath;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.recovery.ArchiveContents;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The archived WAL along a path, from a position to where it ends: in outlines and record by
 * record.
 */
public final class PathWal {
  /** How the WAL of an archive is read: by its index, and segment by segment. */
  public record Access(WalIndex index, WalSource source) {

    /** The WAL along a path from a position on. */
    public PathWal wal(WalPath path, Lsn from, ArchiveContents contents) throws IOException {
      return new PathWal(path, from, contents.cluster(), this);
    }
  }

  /** Where the valid WAL ends although the archive holds more. */
  public sealed interface Damage {
    /**
     * The start of the next segment that is archived and does not follow; empty if there is none.
     */
    Optional<Lsn> next();

    /** For people, as a clause. */
    String text();
  }

  /** A segment cannot be read. */
  public record Unreadable(Lsn end, Optional<Lsn> next, CorruptFileException cause)
      implements Damage {
    @Override
    public String text() {
      return "the archived WAL ends at " + end + ", where it is damaged: " + cause.getMessage();
    }
  }

  /** A segment does not continue the record chain of those before it. */
  public record BrokenChain(Lsn end, WalOutline segment, Optional<String> detail)
      implements Damage {
    @Override
    public Optional<Lsn> next() {
      return Optional.of(segment.startLsn());
    }

    @Override
    public String text() {
      return String.format(
          "the archived WAL ends at %s, though %s is there: %s",
          end, segment.firstSegment(), detail.orElse("it does not continue from there"));
    }
  }

  private final WalPath path;
  private final ClusterIdentity cluster;
  private final WalIndex index;
  private final WalSource source;
  private final List<WalOutline> outlines = new ArrayList<>();
  private final Lsn start;
  private Optional<WalOutline> whole = Optional.empty();
  private Optional<Damage> damage = Optional.empty();

  /**
   * Reads the outlines.
   *
   * @param from in a segment that the archive holds
   */
  private PathWal(WalPath path, Lsn from, ClusterIdentity cluster, Access access)
      throws IOException {
    this.path = path;
    this.cluster = cluster;
    this.index = access.index();
    this.source = access.source();
    this.start = size().floor(from);
    for (WalRange range : path.from(from).ranges()) {
      for (Lsn at = range.start(); at.isBefore(range.end()); ) {
        if (!add(new WalRange(range.timeline(), at, range.end()))) {
          return;
        }
        at = outlines.get(outlines.size() - 1).endLsn();
      }
    }
  }

  private boolean add(WalRange rest) throws IOException {
    try {
      return add(index.beginning(rest));
    } catch (CorruptFileException e) {
      Lsn after = rest.start().plus(size().bytes());
      boolean more = after.isBefore(path.from(start).end());
      damage = Optional.of(new Unreadable(end(), more ? Optional.of(after) : Optional.empty(), e));
      return false;
    }
  }

  private WalSegmentSize size() {
    return cluster.segmentSize();
  }

  /** Adds an outline; false if it does not continue those before. */
  private boolean add(WalOutline outline) {
    if (whole.isEmpty()) {
      whole = Optional.of(outline.condensed());
    } else {
      WalOutline before = whole.get();
      Optional<WalOutline> joined = before.followedBy(outline.condensed());
      if (joined.isEmpty()) {
        damage = Optional.of(new BrokenChain(end(), outline, before.breakBefore(outline)));
        return false;
      }
      whole = joined.map(WalOutline::condensed);
    }
    outlines.add(outline);
    return true;
  }

  /** Where the first segment starts. */
  public Lsn start() {
    return start;
  }

  /** Outlines in the order of the WAL, each of one or many segments. */
  public List<WalOutline> outlines() {
    return outlines;
  }

  /** Why archived WAL cannot be replayed, if there is any. */
  public Optional<Damage> damage() {
    return damage;
  }

  /** Where the first segment after the damage starts; empty if there is none, or no damage. */
  public Optional<Lsn> next() {
    return damage.flatMap(Damage::next);
  }

  /** The outlines of the single segments of an outline. */
  public List<WalOutline> singles(WalOutline outline) throws IOException {
    return outline.segmentCount() == 1
        ? List.of(outline)
        : index.segments(
            new WalRange(outline.firstSegment().timeline(), outline.startLsn(), outline.endLsn()));
  }

  /** The end of the last record. */
  public Lsn end() {
    return whole.flatMap(WalOutline::lastRecordEndLsn).orElse(start);
  }

  /**
   * Where the next record can begin at a position or later: not in the rest of a segment that was
   * left, in which there may be nothing, not even pages.
   */
  public Lsn nextBegin(Lsn lsn) throws IOException {
    for (WalOutline outline : outlines) {
      if (!outline.startLsn().isAfter(lsn) && outline.endLsn().isAfter(lsn)) {
        for (WalOutline single : singles(outline)) {
          boolean left =
              single.lastRecordLsn().filter(last -> last.isBefore(lsn)).isPresent()
                  && single.lastRecordEndLsn().filter(single.endLsn()::equals).isPresent();
          if (left && !single.startLsn().isAfter(lsn) && single.endLsn().isAfter(lsn)) {
            return single.endLsn();
          }
        }
      }
    }
    return lsn;
  }

  /** Reads the records that begin at {@code from} or later, and before {@code until}. */
  public WalReader records(Lsn from, Lsn until) {
    return WalReader.builder(source, size())
        .cluster(cluster.systemIdentifier())
        .timelines(number -> path.segment(size().startOf(number)).timeline())
        .from(from)
        .until(until)
        .build();
  }

  /** What happened, in the order of the WAL, without what condensed outlines leave out. */
  public List<WalEvent> events() {
    return whole.map(WalOutline::events).orElse(List.of());
  }

  /**
   * The transactions that are prepared and have not ended where replay stops. Those that were
   * prepared before this WAL begins are not known.
   *
   * @param stop the position after the last record that is replayed
   */
  public List<WalEvent.Prepared> prepared(Lsn stop) throws IOException {
    Map<Long, WalEvent.Prepared> pending = new LinkedHashMap<>();
    for (WalEvent event : eventsUntil(stop)) {
      if (event instanceof WalEvent.Prepared prepared) {
        pending.put(prepared.xid(), prepared);
      } else if (event instanceof WalEvent.PreparedEnd end) {
        pending.remove(end.xid());
      }
    }
    return List.copyOf(pending.values());
  }

  /**
   * What happened in records that end at a position or before: all that the segment with the
   * position says, of those before what condensed outlines do not leave out.
   */
  public List<WalEvent> eventsUntil(Lsn limit) throws IOException {
    Optional<WalOutline> joined = Optional.empty();
    for (WalOutline outline : outlines) {
      if (outline.startLsn().isBefore(limit)) {
        boolean all = !outline.endLsn().isAfter(limit);
        for (WalOutline part : all ? List.of(outline.condensed()) : singles(outline)) {
          if (part.startLsn().isBefore(limit)) {
            joined =
                joined.isEmpty() ? Optional.of(part) : joined.get().condensed().followedBy(part);
          }
        }
      }
    }
    return joined.map(WalOutline::events).orElse(List.of()).stream()
        .filter(event -> !event.endLsn().isAfter(limit))
        .toList();
  }

  /**
   * What precedes the outline after the second one: the second, or both if no record begins or ends
   * in it, because one continues through all of it.
   */
  public static WalOutline carried(WalOutline before, WalOutline outline) {
    boolean inside = outline.recordCount() == 0 && outline.firstRecordLsn().isEmpty();
    return inside ? before.followedBy(outline).orElse(outline) : outline;
  }

  /** The outline of both, if the record between them, which is in neither, says something. */
  public static Optional<WalOutline> joint(WalOutline before, WalOutline after) {
    return before
        .followedBy(after)
        .filter(
            joint ->
                joint.transactions().count()
                        > before.transactions().count() + after.transactions().count()
                    || joint.events().size() > before.events().size() + after.events().size()
                    || joint.unresolved().size()
                        > before.unresolved().size() + after.unresolved().size());
  }
}
