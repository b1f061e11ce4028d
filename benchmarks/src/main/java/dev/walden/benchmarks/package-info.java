/**
 * Effects: Walden beside PostgreSQL's own programs, on the same data, in one run. Reading order:
 * {@link dev.walden.benchmarks.Benchmarks}, {@link dev.walden.benchmarks.Comparison}, then the
 * parts.
 */
package dev.walden.benchmarks;
