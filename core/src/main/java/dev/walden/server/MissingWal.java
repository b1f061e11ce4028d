package dev.walden.server;

import dev.walden.server.receive.WalReceiver;

/**
 * What a {@link WalReceiver} does where the archive ends and the server no longer has the WAL that
 * follows. Nothing that it has is ever passed over.
 */
public enum MissingWal {
  /**
   * It ends with a {@link MissingWalException}. Nothing is archived behind the gap; the slot keeps
   * what the server still has.
   */
  STOP,
  /**
   * It records the gap in the archive and goes on with the oldest WAL that the server still has. No
   * base backup from before can be recovered beyond the gap: take a new one.
   */
  RECORD_GAP
}
