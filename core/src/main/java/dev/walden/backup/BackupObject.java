package dev.walden.backup;

/**
 * One stored object of a backup.
 *
 * @param name its file name below the backup, with the suffixes of its codecs
 * @param plainBytes its length before compression and encryption
 * @param storedBytes its length as stored
 * @param sha256 the digest of what is stored, 64 lower-case hexadecimal digits
 */
public record BackupObject(String name, long plainBytes, long storedBytes, String sha256) {
  public BackupObject {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not a SHA-256 digest: \"" + sha256 + '"');
    }
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.]{0,99}")) {
      throw new IllegalArgumentException("not the name of a backup's object: \"" + name + '"');
    }
  }
}
