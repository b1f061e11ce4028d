package dev.walden.backup;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A file of a base backup, as its manifest describes it.
 *
 * @param size in bytes
 * @param lastModified in whole seconds; a fraction is dropped
 * @param checksum the checksum of the content in lower-case hexadecimal, as in a manifest; empty if
 *     the algorithm is NONE
 */
public record ManifestFile(
    ManifestPath path,
    long size,
    Instant lastModified,
    BackupChecksum.Algorithm algorithm,
    String checksum) {

  public ManifestFile {
    if (size < 0) {
      throw new IllegalArgumentException(path + " of " + size + " bytes");
    }
    lastModified = lastModified.truncatedTo(ChronoUnit.SECONDS);
    boolean hex = checksum.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    if (!hex || checksum.length() != 2 * algorithm.length()) {
      throw new IllegalArgumentException("not a " + algorithm + " checksum: " + checksum);
    }
  }
}
