package dev.walden.recovery.stop;

/**
 * That recovery reached its target.
 *
 * @param after whether the record at which it stops is still applied
 * @param logged what the server logs
 * @param reason what the server writes into the history of the new timeline
 */
public record StopDecision(boolean after, String logged, String reason) {}
