package dev.walden.server.protocol;

import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/**
 * The result of {@code IDENTIFY_SYSTEM}.
 *
 * @param timeline the server's current timeline; on a standby, the timeline being replayed
 * @param position the server's WAL flush position
 */
public record IdentifySystemResult(
    SystemIdentifier systemIdentifier, TimelineId timeline, Lsn position) {}
