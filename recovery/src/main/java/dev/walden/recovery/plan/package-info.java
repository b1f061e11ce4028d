/**
 * Decisions: {@link dev.walden.recovery.plan.RecoveryPlanner} turns a target into a {@link
 * dev.walden.recovery.plan.RecoveryPlan} or throws {@link
 * dev.walden.recovery.plan.RecoveryImpossibleException}. {@code PlanDecision} is the table of
 * contents; each choice ({@code TimelineChoice}, {@code BackupChoice}, {@code ExactChoice}) is a
 * class.
 */
@NullMarked
package dev.walden.recovery.plan;

import org.jspecify.annotations.NullMarked;
