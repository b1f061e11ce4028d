package dev.walden.recovery;

import dev.walden.archive.WalIndex;
import dev.walden.wal.record.WalSource;

/** How a planner looks into the WAL. */
record WalKnowledge(WalIndex index, WalSource source) {}
