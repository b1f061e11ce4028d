/**
 * Decisions, then effects: what to recover to ({@link dev.walden.recovery.RecoveryTarget}, {@link
 * dev.walden.recovery.TargetTimeline}, {@link dev.walden.recovery.TargetAction}) and with which
 * settings ({@link dev.walden.recovery.RecoveryConfiguration}).
 */
package dev.walden.recovery;
