package dev.walden.server.receive.ledger;

import dev.walden.wal.Lsn;
import java.util.Optional;

/**
 * A standby status update.
 *
 * @param written what the server takes for written, but not for safe
 * @param flushed what it may remove, and let commits return for; empty to say nothing of that
 * @param replyRequested whether the server must answer
 */
public record StandbyStatus(Lsn written, Optional<Lsn> flushed, boolean replyRequested) {}
