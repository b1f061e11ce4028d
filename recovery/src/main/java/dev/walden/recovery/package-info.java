/**
 * Decisions, then effects: what to recover to ({@link dev.walden.recovery.RecoveryTarget}, {@link
 * dev.walden.recovery.TargetTimeline}, {@link dev.walden.recovery.TargetAction}), how ({@link
 * dev.walden.recovery.RecoveryPlanner} makes a {@link dev.walden.recovery.RecoveryPlan} out of
 * {@link dev.walden.recovery.ArchiveContents}, or throws {@link
 * dev.walden.recovery.RecoveryImpossibleException}) and with which settings ({@link
 * dev.walden.recovery.RecoveryConfiguration}).
 */
package dev.walden.recovery;
