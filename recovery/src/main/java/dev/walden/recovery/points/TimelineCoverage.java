package dev.walden.recovery.points;

import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.json.JsonObject;
import dev.walden.recovery.RecoverableRange;
import dev.walden.recovery.WalGap;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a timeline and its ancestors is archived and recoverable.
 *
 * @param fork the timeline that it left, and where; empty for the first
 * @param wal valid WAL, in order, whether a backup leads there or not; each range with the timeline
 *     recovered along
 * @param ranges where recovery can stop, in order
 * @param gaps what is missing, damaged or of no use between and after them, in order
 */
public record TimelineCoverage(
    TimelineId timeline,
    Optional<Ancestor> fork,
    List<WalRange> wal,
    List<RecoverableRange> ranges,
    List<WalGap> gaps) {

  public TimelineCoverage {
    wal = List.copyOf(wal);
    ranges = List.copyOf(ranges);
    gaps = List.copyOf(gaps);
  }

  static TimelineCoverage of(TimelineHistory history, List<ReplayableWal> replayable)
      throws IOException {
    TimelineId timeline = history.timeline();
    List<WalRange> wal = new ArrayList<>();
    List<RecoverableRange> ranges = new ArrayList<>();
    List<WalGap> gaps = new ArrayList<>();
    for (ReplayableWal part : replayable) {
      wal.add(new WalRange(timeline, part.start(), part.end()));
      ranges.addAll(part.recoverable(timeline));
      gaps.addAll(part.gaps());
    }
    List<Ancestor> ancestors = history.ancestors();
    return new TimelineCoverage(
        timeline,
        ancestors.isEmpty() ? Optional.empty() : Optional.of(ancestors.get(ancestors.size() - 1)),
        wal,
        ranges,
        gaps);
  }

  /** In plain words, in several lines. */
  public String explain() {
    StringBuilder text = new StringBuilder("Timeline " + timeline);
    fork.ifPresent(
        left -> text.append(", which left " + left.timeline() + " at " + left.switchPoint()));
    text.append(":\n");
    for (RecoverableRange range : ranges) {
      text.append("  recoverable from " + range.start() + " to " + range.end() + ",\n");
      text.append("    from " + range.backup().endTime());
      text.append(range.last().map(t -> " to " + t.time()).orElse(", without a transaction since"));
      text.append('\n');
      for (BaseBackup backup : range.backups()) {
        text.append("    backup " + backup.id() + ", consistent at " + backup.endLsn() + '\n');
      }
    }
    if (ranges.isEmpty()) {
      text.append("  nothing is recoverable: no backup has the WAL it needs\n");
    }
    gaps.forEach(gap -> text.append("  " + gap + '\n'));
    return text.toString();
  }

  /** For programs. Members are only ever added. */
  public JsonObject toJson() {
    JsonObject json = JsonObject.create().with("timeline", timeline.value());
    fork.ifPresent(
        left ->
            json.with("parent", left.timeline().value())
                .with("forkLsn", left.switchPoint().toString()));
    return json.with(
            "wal",
            wal.stream()
                .map(
                    range ->
                        JsonObject.create()
                            .with("start", range.start().toString())
                            .with("end", range.end().toString()))
                .toList())
        .with("recoverable", ranges.stream().map(RecoverableRange::toJson).toList())
        .with("gaps", gaps.stream().map(WalGap::toJson).toList());
  }
}
