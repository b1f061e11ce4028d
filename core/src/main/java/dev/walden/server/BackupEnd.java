package dev.walden.server;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/** The end of a base backup: it is consistent once WAL up to this position has been replayed. */
record BackupEnd(Lsn endLsn, TimelineId endTimeline) {}
