/**
 * Values: the vocabulary of recovery. {@link dev.walden.recovery.RecoveryTarget}, {@link
 * dev.walden.recovery.RecoveryTargetTimeline} and {@link dev.walden.recovery.RecoveryTargetAction}
 * say what to recover to; {@link dev.walden.recovery.ArchiveContents} is what an archive holds.
 *
 * <p>The rooms: {@code points} (what there is to recover to), {@code plan} (how), {@code simulate}
 * (what a server would do), {@code restore} (doing it); {@code path} and {@code stop} below them.
 */
@NullMarked
package dev.walden.recovery;

import org.jspecify.annotations.NullMarked;
