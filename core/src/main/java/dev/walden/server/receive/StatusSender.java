package dev.walden.server.receive;

import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.receive.ledger.FlushFeedback;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.ledger.StandbyStatus;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the server standby status updates, one after another, so that none is overtaken by one that
 * says less. Safe for use by many threads.
 */
final class StatusSender {
  private static final Logger LOG = LoggerFactory.getLogger(StatusSender.class);

  private final FlushLedger ledger;

  // guarded by this
  private final FlushFeedback feedback;
  private Optional<ReplicationStream> current = Optional.empty();

  StatusSender(FlushLedger ledger, FlushFeedback feedback) {
    this.ledger = ledger;
    this.feedback = feedback;
  }

  /** See {@link FlushFeedback#keptFrom}. */
  synchronized void keptFrom(Lsn position, boolean certain) {
    feedback.keptFrom(position, certain);
  }

  synchronized void begin(ReplicationStream stream) {
    current = Optional.of(stream);
    feedback.begin();
  }

  synchronized void end() {
    current = Optional.empty();
  }

  /** Sends what is due. */
  synchronized void update() throws IOException {
    send(feedback.due(ledger.positions()));
  }

  /** Answers the server; see {@link FlushFeedback#reply}. */
  synchronized void reply(boolean never) throws IOException {
    send(Optional.of(feedback.reply(ledger.positions(), never)));
  }

  /** Asks the server for a sign of life. */
  synchronized void request() throws IOException {
    send(Optional.of(feedback.request(ledger.positions())));
  }

  /** Tells the server at once of what has become durable, on whichever thread that did. */
  void progress() {
    try {
      synchronized (this) {
        if (current.isPresent()) {
          send(feedback.progress(ledger.positions()));
        }
      }
    } catch (IOException e) {
      // the receiving thread will meet the same
      LOG.debug("telling of progress failed: {}", e.getMessage());
    }
  }

  private void send(Optional<StandbyStatus> status) throws IOException {
    if (status.isPresent()) {
      StandbyStatus what = status.get();
      // in the protocol, zero says nothing
      Lsn flushed = what.flushed().orElse(Lsn.ZERO);
      current.orElseThrow().sendStatus(what.written(), flushed, Lsn.ZERO, what.replyRequested());
    }
  }
}
