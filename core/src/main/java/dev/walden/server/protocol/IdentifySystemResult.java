package dev.walden.server.protocol;

import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/**
 * The answer to {@code IDENTIFY_SYSTEM}.
 *
 * @param timeline the server's current timeline; on a standby the one it replays
 * @param position how far the server has flushed its WAL
 */
public record IdentifySystemResult(
    SystemIdentifier systemIdentifier, TimelineId timeline, Lsn position) {}
