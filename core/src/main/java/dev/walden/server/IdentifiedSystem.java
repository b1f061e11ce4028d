package dev.walden.server;

import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/**
 * The answer to {@code IDENTIFY_SYSTEM}.
 *
 * @param timeline the server's current timeline; on a standby the one it replays
 * @param position how far the server has flushed its WAL
 */
record IdentifiedSystem(SystemIdentifier systemIdentifier, TimelineId timeline, Lsn position) {}
