package dev.walden;

import org.jspecify.annotations.Nullable;

/**
 * A file or stored object is not what its name says: truncated, altered, forged, or something else.
 * Retrying does not help; another copy may.
 */
public sealed class CorruptFileException extends ArchiveException permits UntrustedObjectException {
  private static final long serialVersionUID = 1L;

  /** Returned by {@link #offset()} if the damage has no single place. */
  public static final long NO_OFFSET = -1;

  private final String file;
  private final long offset;

  /** Damage that concerns {@code file} as a whole. */
  public CorruptFileException(String file, String problem) {
    this(file, NO_OFFSET, problem, null);
  }

  /** Damage at {@code offset} bytes from the start of {@code file}. */
  public CorruptFileException(String file, long offset, String problem) {
    this(file, offset, problem, null);
  }

  /** Damage at {@code offset}, or {@link #NO_OFFSET}, as detected by {@code cause}. */
  public CorruptFileException(String file, long offset, String problem, @Nullable Throwable cause) {
    super(file + (offset < 0 ? "" : " at offset " + offset) + ": " + problem, cause);
    this.file = file;
    this.offset = offset;
  }

  /** The file or object that is damaged. */
  public String file() {
    return file;
  }

  /** Its position in bytes from the start, or {@link #NO_OFFSET}. */
  public long offset() {
    return offset;
  }
}
