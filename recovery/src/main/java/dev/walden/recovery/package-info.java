/**
 * Decisions, then effects: what there is to recover to ({@link
 * dev.walden.recovery.RecoverablePoints}), what to recover to ({@link
 * dev.walden.recovery.RecoveryTarget}, {@link dev.walden.recovery.TargetTimeline}, {@link
 * dev.walden.recovery.TargetAction}), how ({@link dev.walden.recovery.RecoveryPlanner} makes a
 * {@link dev.walden.recovery.RecoveryPlan} out of {@link dev.walden.recovery.ArchiveContents} and
 * the WAL, or throws {@link dev.walden.recovery.RecoveryImpossibleException}), what a server would
 * make of it ({@link dev.walden.recovery.RecoverySimulator} gives a {@link
 * dev.walden.recovery.SimulatedRecovery}), with which settings ({@link
 * dev.walden.recovery.RecoveryConfiguration}), and then doing it: {@link
 * dev.walden.recovery.Restore} and, while the server replays, {@link
 * dev.walden.recovery.RestoreCommand}.
 */
package dev.walden.recovery;
