/**
 * Decisions: what the receiver knows of positions, and what follows from it. {@code FlushLedger} is
 * told what happens to WAL and answers up to where it is durable and what may be done next ({@code
 * Work}); {@code FlushPolicy} says what counts as durable. {@code FlushFeedback} decides what the
 * server is told of it, and when. No I/O, no threads, no clock but the one that is passed in.
 *
 * <p>Inside the ledger: {@code FlushPositions} (how far), {@code ArchivingOrder} (whole segments,
 * in order), {@code PieceSchedule} (pieces of open segments; {@code Reception} is one of them,
 * {@code PieceRemovals} what follows once they are whole).
 */
@NullMarked
package dev.walden.server.receive.ledger;

import org.jspecify.annotations.NullMarked;
