/**
 * Effects: support for tests of archives and of point-in-time recovery, published as the {@code
 * test-support} jar.
 *
 * <p>{@link dev.walden.testing.PostgresServer} runs a real PostgreSQL, whose programs come from
 * {@link dev.walden.testing.PostgresBinaries}. {@link dev.walden.testing.ReceiverFixture} puts an
 * archive and a receiver beside it. {@link dev.walden.testing.InMemoryStorage} keeps an archive in
 * the heap, {@link dev.walden.testing.FaultyStorage} makes any storage fail, and {@link
 * dev.walden.testing.StorageContract} checks one of your own. WAL and backups without a server are
 * in {@link dev.walden.testing.wal}.
 */
package dev.walden.testing;
