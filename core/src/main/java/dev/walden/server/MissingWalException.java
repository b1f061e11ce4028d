package dev.walden.server;

import dev.walden.backup.WalRange;
import java.util.List;

/**
 * The server no longer has the WAL that follows the archive. To continue, import the missing
 * segments into the archive, or accept the gap with {@link MissingWal#RECORD_GAP} and take a new
 * base backup.
 */
public final class MissingWalException extends ServerRefusedException {
  private static final long serialVersionUID = 1L;
  private static final String UNDEFINED_FILE = "58P01";

  private final transient List<WalRange> missing;

  public MissingWalException(ServerAddress server, List<WalRange> missing, String reason) {
    super(message(server, missing, reason), UNDEFINED_FILE, null);
    this.missing = List.copyOf(missing);
  }

  private static String message(ServerAddress server, List<WalRange> missing, String reason) {
    StringBuilder text = new StringBuilder().append(server).append(" no longer has the WAL of ");
    for (int i = 0; i < missing.size(); i++) {
      text.append(i == 0 ? "" : ", and of ").append(missing.get(i));
    }
    return text.append(", and the archive (")
        .append(reason)
        .append(
            ") lacks it too: import these segments into the archive, or let the receiver record")
        .append(" the gap and continue (MissingWal.RECORD_GAP), and then take a new base backup:")
        .append(" earlier ones cannot be recovered beyond ")
        .append(missing.get(0).start())
        .toString();
  }

  /**
   * The missing WAL: whole segments, in order, up to what the server still has. Each range lies on
   * one timeline. Empty after deserialization.
   */
  public List<WalRange> missing() {
    return missing == null ? List.of() : missing;
  }
}
