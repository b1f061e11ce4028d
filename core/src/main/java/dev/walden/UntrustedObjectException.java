package dev.walden;

/**
 * No trusted writer signed an object, or it is not what one signed: whoever can write to the
 * storage could have put it there. What it holds must not be used. If the archive began unsigned,
 * its settings say since when it is signed ({@link dev.walden.archive.ArchiveSettings#signedFrom}).
 */
public final class UntrustedObjectException extends CorruptFileException {
  private static final long serialVersionUID = 1L;

  /**
   * @param object the object's name
   * @param problem what is wrong with its signature
   */
  public UntrustedObjectException(String object, String problem) {
    super(object, problem);
  }
}
