package dev.walden.server.protocol;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/** The end of a base backup: it is consistent once WAL up to this position has been replayed. */
public record BackupEnd(Lsn endLsn, TimelineId endTimeline) {}
