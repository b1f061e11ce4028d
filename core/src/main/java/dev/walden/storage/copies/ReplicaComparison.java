package dev.walden.storage.copies;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Whether two copies of an object are the same. */
final class ReplicaComparison {
  /**
   * How many bytes at either end suffice: age files begin with random bytes, zstd and gzip files
   * end with a checksum of the whole, and the digest beside a plain object is shorter than this.
   */
  private static final int ENDS = 1 << 16;

  private ReplicaComparison() {}

  static void require(String name, Replica one, Replica other) throws IOException {
    Optional<StoredObject> first = one.find(name);
    Optional<StoredObject> second = other.find(name);
    if (first.isEmpty() || second.isEmpty()) {
      throw new StorageUnavailableException(
          name + " was meanwhile removed from " + (first.isEmpty() ? one : other));
    }
    if (first.get().length() != second.get().length()
        || !sameEnds(name, first.get().length(), one, other)) {
      one.divergent(name);
      other.divergent(name);
      throw new ArchiveConflictException(
          name
              + " in "
              + other
              + " differs from that in "
              + one
              + "; nothing was overwritten. A repair that compares bytes tells which of them is damaged");
    }
  }

  private static boolean sameEnds(String name, long length, Storage one, Storage other)
      throws IOException {
    return sameRange(name, 0, ENDS, one, other)
        && (length <= ENDS || sameRange(name, Math.max(ENDS, length - ENDS), ENDS, one, other));
  }

  /** Compares all bytes. */
  static boolean sameBytes(String name, Storage one, Storage other) throws IOException {
    return sameRange(name, 0, Long.MAX_VALUE, one, other);
  }

  private static boolean sameRange(
      String name, long offset, long length, Storage one, Storage other) throws IOException {
    byte[] left = new byte[ENDS];
    byte[] right = new byte[ENDS];
    try (InputStream a = one.open(name, offset, length);
        InputStream b = other.open(name, offset, length)) {
      while (true) {
        int n = a.readNBytes(left, 0, ENDS);
        int m = b.readNBytes(right, 0, ENDS);
        if (!Arrays.equals(left, 0, n, right, 0, m)) {
          return false;
        }
        if (n < ENDS) {
          return true;
        }
      }
    }
  }
}
