/**
 * Effects: {@link dev.walden.recovery.restore.Restore} makes a data directory of a plan; {@link
 * dev.walden.recovery.restore.RecoveryConfiguration} are the settings it writes; {@link
 * dev.walden.recovery.restore.RestoreCommand} answers the server while it replays.
 */
@NullMarked
package dev.walden.recovery.restore;

import org.jspecify.annotations.NullMarked;
