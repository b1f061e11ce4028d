/**
 * Decisions: PostgreSQL's recovery, imitated. {@link
 * dev.walden.recovery.simulate.RecoverySimulator} tells what a server would do with an archive and
 * a configuration, without a server.
 */
package dev.walden.recovery.simulate;
