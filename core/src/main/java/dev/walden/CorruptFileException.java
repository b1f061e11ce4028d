package dev.walden;

/**
 * A file or stored object is not what its name says it is: truncated, flipped, forged, or simply
 * something else. Trying again does not help; another copy may.
 */
public final class CorruptFileException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  /** What {@link #offset()} returns when the damage has no single place. */
  public static final long NO_OFFSET = -1;

  private final String file;
  private final long offset;

  /** Damage of the whole of {@code file}. */
  public CorruptFileException(String file, String problem) {
    this(file, NO_OFFSET, problem, null);
  }

  /** Damage at {@code offset} bytes from the start of {@code file}. */
  public CorruptFileException(String file, long offset, String problem) {
    this(file, offset, problem, null);
  }

  /** Damage at {@code offset}, or {@link #NO_OFFSET}, found by what {@code cause} tells. */
  public CorruptFileException(String file, long offset, String problem, Throwable cause) {
    super(file + (offset < 0 ? "" : " at offset " + offset) + ": " + problem, cause);
    this.file = file;
    this.offset = offset;
  }

  /** The file or object that is damaged. */
  public String file() {
    return file;
  }

  /** Where, in bytes from its start, or {@link #NO_OFFSET}. */
  public long offset() {
    return offset;
  }
}
