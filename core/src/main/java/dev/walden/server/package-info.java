/**
 * Values: where a server is and how to log in ({@link dev.walden.server.ServerAddress}), and what
 * may be wrong: {@link dev.walden.server.ServerUnavailableException} (try again), {@link
 * dev.walden.server.ServerRefusedException} (change something first).
 *
 * <p>The rooms: {@code receive} (WAL into an archive), {@code backup} (base backups), {@code
 * inspect} (questions); {@code protocol} below them.
 */
package dev.walden.server;
