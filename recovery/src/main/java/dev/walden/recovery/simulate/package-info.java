/**
 * Decisions: PostgreSQL's recovery, imitated. {@link
 * dev.walden.recovery.simulate.RecoverySimulator} tells what a server would do with an archive and
 * a configuration, without a server.
 */
@NullMarked
package dev.walden.recovery.simulate;

import org.jspecify.annotations.NullMarked;
