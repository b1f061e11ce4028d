package dev.walden.cluster;

import dev.walden.wal.WalSegmentSize;

/**
 * What WAL and backups of one cluster must agree on. A dump and restore, or {@code pg_upgrade},
 * makes another cluster; promotion does not.
 */
public record ClusterIdentity(
    SystemIdentifier systemIdentifier, WalSegmentSize segmentSize, PgVersion version) {}
