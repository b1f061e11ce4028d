/**
 * Decisions: PostgreSQL's rules for where recovery stops ({@code StopRules}), or fails because of
 * settings ({@code RequiredSettings}) or prepared transactions ({@code TwoPhaseFile}). Pure.
 */
@NullMarked
package dev.walden.recovery.stop;

import org.jspecify.annotations.NullMarked;
