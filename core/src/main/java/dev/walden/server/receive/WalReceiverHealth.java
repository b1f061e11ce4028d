package dev.walden.server.receive;

/**
 * Whether a {@link WalReceiver} does what it is for.
 *
 * @param reason why it is not healthy, for people; empty if it is
 */
public record WalReceiverHealth(boolean healthy, String reason) {
  static WalReceiverHealth good() {
    return new WalReceiverHealth(true, "");
  }

  static WalReceiverHealth bad(String reason) {
    return new WalReceiverHealth(false, reason);
  }
}
