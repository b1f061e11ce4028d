/**
 * Decisions: the archived WAL along a timeline history. {@code PathWal} reads and scans it, {@code
 * ArchiveEnd} tells where it ends from where it has a hole, {@code Recoverable} which backups lead
 * to it, {@code TakenTimelines} which timeline numbers are in use.
 */
@NullMarked
package dev.walden.recovery.path;

import org.jspecify.annotations.NullMarked;
