package dev.walden.recovery;

/**
 * That recovery reached its target.
 *
 * @param after whether the record at which it stops is still applied
 * @param logged what the server logs
 * @param reason what the server writes into the history of the new timeline
 */
record RecoveryStop(boolean after, String logged, String reason) {}
