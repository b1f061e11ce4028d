package dev.walden.server.receive;

/**
 * Is told what happens to a {@link WalReceiver}.
 *
 * <p>Events come one at a time and in order, on a thread that does nothing else: a listener that is
 * slow holds up no WAL. Of those that it does not take in time the oldest are dropped beyond 256,
 * and {@link WalReceiverStatus#eventsDropped} counts them. What it throws is logged, and the next
 * event comes all the same.
 */
@FunctionalInterface
public interface WalReceiverListener {
  /** Takes an event. {@link WalReceiverEvent.Stopped} is the last. */
  void on(WalReceiverEvent event);
}
