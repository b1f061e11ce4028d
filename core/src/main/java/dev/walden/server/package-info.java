/**
 * Effects: talking to a PostgreSQL server. PgJDBC logs in, and is known to this package only; from
 * then on the package speaks the replication protocol itself.
 *
 * <p>Callers: {@link dev.walden.server.ServerAddress}, {@link
 * dev.walden.server.ServerUnavailableException} (try again), {@link
 * dev.walden.server.ServerRefusedException} (change something first).
 *
 * <p>Receiving, from the outside in: {@link dev.walden.server.WalReceiver}, {@code WalStreaming}
 * (connections and timelines), {@code StreamSearch} (where to go on), {@code WalIntake} (positions
 * and acknowledgements), {@code UnfinishedWal} (bytes into segments, checked), {@code
 * SegmentPusher} and {@code TailPusher} (whole segments, and pieces of the open one, into the
 * archive). What is missing: {@code SlotCheck}, {@code WalRepair} (with {@code KeptWal} and {@code
 * SegmentFetch}), {@link dev.walden.server.MissingWal}; {@code LeftTimeline} knows old primaries.
 *
 * <p>What a receiver tells: {@link dev.walden.server.WalReceiverStatus} and its {@link
 * dev.walden.server.WalReceiverHealth}, {@link dev.walden.server.WalReceiverListener}; {@code
 * Journal} collects it, {@code AnnouncedWal} knows what the server has and since when.
 *
 * <p>The wire, from the outside in: {@code WalsenderConnection} (commands), {@code
 * ReplicationStream} (WAL) and {@code BackupStream} (base backups; {@code TypedCopy} and {@code
 * SeparateCopies} are its two dialects), {@code Conversation} (messages and limits), {@code
 * MessageReader} and {@code MessageWriter} (bytes), {@code Takeover} (the socket, which {@code
 * SocketCapture} and the {@code Capturing…} factories got from PgJDBC). {@code ServerFailures} and
 * {@code ServerErrorMeaning} say what an error asks of the caller.
 */
package dev.walden.server;
