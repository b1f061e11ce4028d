/**
 * Decisions: PostgreSQL's rules for where recovery stops, {@code recoveryStopsBefore} and {@code
 * recoveryStopsAfter} in {@code src/backend/access/transam/xlogrecovery.c}. Pure.
 */
package dev.walden.recovery.stop;
