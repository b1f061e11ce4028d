package dev.walden.server.protocol;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/** The end of a base backup, which is consistent once WAL up to here has been replayed. */
public record BackupEnd(Lsn endLsn, TimelineId endTimeline) {}
