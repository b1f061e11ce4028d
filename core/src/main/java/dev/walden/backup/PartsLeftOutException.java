package dev.walden.backup;

import dev.walden.ArchiveException;
import java.util.Collection;
import java.util.List;

/**
 * A base backup lacks parts of its cluster: a server restored from it would lack them too, or not
 * start. Retrying does not help; the server's data directory has to be changed, or the loss
 * accepted with {@link LeftOutParts#RECORD}. Nothing of the backup remains.
 */
public final class PartsLeftOutException extends ArchiveException {
  private static final long serialVersionUID = 1L;
  private static final int NAMED = 20;

  private final String[] parts;

  /**
   * Names the parts.
   *
   * @param backup what lacks them, for the message
   */
  public PartsLeftOutException(String backup, Collection<String> parts) {
    super(
        backup
            + " lacks parts of the cluster: "
            + String.join(", ", parts.stream().limit(NAMED).toList())
            + (parts.size() > NAMED ? " and " + (parts.size() - NAMED) + " more" : "")
            + ". A server leaves out what is a symbolic link or a special file: let these be"
            + " directories and files in the data directory, or accept a backup without them");
    this.parts = parts.toArray(String[]::new);
  }

  /**
   * The parts, as paths relative to the data directory; what is in a tablespace, as the server
   * named it.
   */
  public List<String> parts() {
    return List.of(parts);
  }
}
