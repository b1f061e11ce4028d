package dev.walden.backup;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A complete base backup, as {@code backup.json} describes it. Contains no names of databases or
 * tables; only a warning may name a path.
 *
 * @param startLsn where replay begins: the redo position of the backup's checkpoint
 * @param startTimeline the timeline of {@code startLsn}
 * @param checkpointLsn the position of the checkpoint record
 * @param endLsn where the backup becomes consistent; recovery cannot stop before
 * @param endTimeline the timeline of {@code endLsn}
 * @param startTime the server's clock just before the backup was requested
 * @param endTime the server's clock after the backup ended: no transaction before {@code endLsn}
 *     ended later
 * @param tablespaces the OIDs of its tablespaces, excluding the data directory
 * @param parts tar archives that together hold every file once
 * @param manifest PostgreSQL's own manifest
 * @param files the list of files with their parts
 * @param warnings what the server warned of, and parts of the cluster that are not in it; at most
 *     {@value #MAX_WARNINGS}
 */
public record BaseBackup(
    BackupId id,
    ClusterIdentity cluster,
    Lsn startLsn,
    TimelineId startTimeline,
    Lsn checkpointLsn,
    Lsn endLsn,
    TimelineId endTimeline,
    Instant startTime,
    Instant endTime,
    List<Long> tablespaces,
    List<BackupObject> parts,
    BackupObject manifest,
    BackupObject files,
    List<BackupWarning> warnings) {
  /** How many warnings a backup may have. */
  public static final int MAX_WARNINGS = 100;

  public BaseBackup {
    warnings = List.copyOf(warnings);
    if (warnings.size() > MAX_WARNINGS) {
      throw new IllegalArgumentException(
          "backup " + id + " has " + warnings.size() + " warnings, more than " + MAX_WARNINGS);
    }
    tablespaces = List.copyOf(tablespaces);
    parts = List.copyOf(parts);
    if (endLsn.isBefore(startLsn) || endTimeline.compareTo(startTimeline) < 0) {
      throw new IllegalArgumentException(
          "backup " + id + " ends at " + endLsn + ", before its start at " + startLsn);
    }
  }

  /** All its objects except {@code backup.json}. */
  public List<BackupObject> objects() {
    return Stream.concat(parts.stream(), Stream.of(manifest, files)).toList();
  }

  /** The total length of its parts before compression, in bytes. */
  public long plainBytes() {
    return parts.stream().mapToLong(BackupObject::plainBytes).sum();
  }

  /** The total stored length of its objects except {@code backup.json}, in bytes. */
  public long storedBytes() {
    return objects().stream().mapToLong(BackupObject::storedBytes).sum();
  }
}
