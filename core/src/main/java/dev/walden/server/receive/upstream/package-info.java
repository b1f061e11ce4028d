/**
 * Decisions about the server that WAL is received from: whether it is an old primary ({@code
 * AbandonedTimeline}), whether its slot keeps WAL ({@code PhysicalSlot}), what its commits wait for
 * ({@code SynchronousCommitCheck}), which timelines it has ({@code ServerHistories}), what WAL it
 * has and since when ({@code ServerWalHistory}), whether it is still there ({@code ServerSilence}),
 * and whether damage is its own ({@code DamageMemory}).
 */
@NullMarked
package dev.walden.server.receive.upstream;

import org.jspecify.annotations.NullMarked;
