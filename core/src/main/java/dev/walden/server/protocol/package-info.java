/**
 * Effects: the replication protocol. PgJDBC, which only this package uses, logs in; after that, the
 * package speaks the protocol itself.
 *
 * <p>From the outside in: {@code Connector} (which host), {@code WalsenderConnection} (commands),
 * {@code ReplicationStream} (WAL) and {@code BackupStream} (base backups, in the dialects {@code
 * BaseBackupProtocol15} and {@code BaseBackupProtocol14}), {@code ReplicationSession} (messages and
 * limits), {@code BackendMessageReader} and {@code FrontendMessageWriter} (bytes), {@code
 * CapturedSocket} (the socket, which {@code SocketCapture} and the {@code Capturing…} factories
 * obtain from PgJDBC). {@code ServerExceptions} and {@code ServerErrorAdvice} define what an error
 * means for the caller.
 */
@NullMarked
package dev.walden.server.protocol;

import org.jspecify.annotations.NullMarked;
