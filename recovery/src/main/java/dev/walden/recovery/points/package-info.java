/**
 * Decisions: what there is to recover to. {@link dev.walden.recovery.points.RecoverablePoints}
 * lists ranges, restore points, transactions and dropped relations.
 */
@NullMarked
package dev.walden.recovery.points;

import org.jspecify.annotations.NullMarked;
