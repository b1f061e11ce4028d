package dev.walden;

/**
 * An object is not encrypted, and the archive is: whoever can write to its storage, without any
 * key, could have put it there. It was not read. If the archive began unencrypted, its settings say
 * since when it is encrypted ({@link dev.walden.archive.ArchiveSettings#encryptedFrom}).
 */
public final class UnencryptedObjectException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  /**
   * @param object the object's name
   * @param storage where it is
   */
  public UnencryptedObjectException(String object, String storage) {
    super(
        object
            + " in "
            + storage
            + " is not encrypted, but the archive is; it is not read. If the archive began"
            + " unencrypted, say from which LSN on it is encrypted");
  }
}
