/**
 * Values: a server's address and login ({@link dev.walden.server.ServerAddress}), and its failures:
 * {@link dev.walden.server.ServerUnavailableException} (retry), {@link
 * dev.walden.server.ServerRefusedException} (change something first).
 *
 * <p>The rooms: {@code receive} (WAL into an archive), {@code backup} (base backups), {@code
 * inspect} (questions); {@code protocol} below them.
 */
@NullMarked
package dev.walden.server;

import org.jspecify.annotations.NullMarked;
