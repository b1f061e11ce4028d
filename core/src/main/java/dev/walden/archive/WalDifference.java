package dev.walden.archive;

import dev.walden.wal.Lsn;

/**
 * Where archived WAL differs from other WAL of the same place.
 *
 * @param object the archived object
 * @param at the first byte that differs; the start of the object's WAL if only a key could tell
 */
public record WalDifference(String object, Lsn at) {}
