package dev.walden.server;

import dev.walden.backup.WalRange;
import java.util.List;

/**
 * The server no longer has WAL that follows what is archived. To go on, bring the missing segments
 * from wherever they are into the archive, or accept the gap with {@link MissingWal#RECORD_GAP} and
 * take a new base backup.
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
    return text.append(", nor has the archive (")
        .append(reason)
        .append("): bring these segments into the archive from wherever they are, or let the")
        .append(" receiver record the gap and go on (MissingWal.RECORD_GAP), and then take a new")
        .append(" base backup: those from before cannot be recovered beyond ")
        .append(missing.get(0).start())
        .toString();
  }

  /**
   * What is missing: whole segments, in order, up to what the server still has. Each range is of
   * one timeline. Empty if this was deserialized.
   */
  public List<WalRange> missing() {
    return missing == null ? List.of() : missing;
  }
}
