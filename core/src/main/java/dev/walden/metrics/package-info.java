/**
 * Effects: what Walden's parts tell of themselves, as Micrometer's meters. Micrometer is optional,
 * and is known to this package only: who wants its meters adds {@code
 * io.micrometer:micrometer-core} to a program's dependencies.
 *
 * <p>{@link dev.walden.metrics.WalReceiverMetrics}, {@link
 * dev.walden.metrics.CopiedStorageMetrics}.
 */
package dev.walden.metrics;
