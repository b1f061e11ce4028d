package dev.walden.backup;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import org.jspecify.annotations.Nullable;

/** The lines of a {@code backup_label}; incrementalFrom is null for a full backup. */
record BackupLabelLines(
    Lsn start,
    WalFileName.Segment segment,
    Lsn checkpoint,
    BackupLabel.Method method,
    BackupLabel.Origin origin,
    String startTime,
    String label,
    BackupLabel.@Nullable IncrementalFrom incrementalFrom) {}
