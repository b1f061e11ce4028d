/**
 * Effects: the replication protocol. PgJDBC logs in, and is known to this package only; from then
 * on the package speaks the protocol itself.
 *
 * <p>From the outside in: {@code Connector} (which host), {@code WalsenderConnection} (commands),
 * {@code ReplicationStream} (WAL) and {@code BackupStream} (base backups, in the dialects {@code
 * BaseBackupProtocol15} and {@code BaseBackupProtocol14}), {@code ReplicationSession} (messages and
 * limits), {@code BackendMessageReader} and {@code FrontendMessageWriter} (bytes), {@code
 * CapturedSocket} (the socket, which {@code SocketCapture} and the {@code Capturing…} factories got
 * from PgJDBC). {@code ServerExceptions} and {@code ServerErrorAdvice} say what an error asks of
 * the caller.
 */
package dev.walden.server.protocol;
