/**
 * What tests of archives and of point-in-time recovery need, published as the {@code test-support}
 * jar. Effects.
 *
 * <p>{@link dev.walden.testing.PostgresServer} runs a real PostgreSQL, whose programs come from
 * {@link dev.walden.testing.PostgresBinaries}.
 */
package dev.walden.testing;
