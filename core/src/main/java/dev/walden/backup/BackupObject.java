package dev.walden.backup;

/**
 * One stored object of a backup.
 *
 * @param name its file name below the backup, with the suffixes of its codecs
 * @param plainBytes its length before compression and encryption
 * @param storedBytes its length as stored
 * @param digest of the stored bytes
 */
public record BackupObject(String name, long plainBytes, long storedBytes, ObjectDigest digest) {
  public BackupObject {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.]{0,99}")) {
      throw new IllegalArgumentException("not a legal object name in a backup: \"" + name + '"');
    }
  }
}
