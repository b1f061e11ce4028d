/**
 * Effects: Micrometer meters of Walden's components. Micrometer is optional, and only this package
 * uses it: to have meters, add {@code io.micrometer:micrometer-core} to a program's dependencies.
 *
 * <p>{@link dev.walden.metrics.WalReceiverMetrics}, {@link
 * dev.walden.metrics.CopiedStorageMetrics}.
 */
@NullMarked
package dev.walden.metrics;

import org.jspecify.annotations.NullMarked;
