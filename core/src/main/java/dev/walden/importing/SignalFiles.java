package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.ManifestFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code standby.signal} and {@code recovery.signal} of a backup. They are not imported, but
 * one that the server sent, as a standby does, must match the manifest. {@code pg_basebackup -R}
 * adds one, or moves it in the order.
 */
final class SignalFiles {
  private record Found(long size, String checksum) {}

  private final BackupChecksum.Algorithm algorithm;
  private final Map<String, Found> found = new HashMap<>();

  SignalFiles(BackupChecksum.Algorithm algorithm) {
    this.algorithm = algorithm;
  }

  void take(String path, InputStream content) throws IOException {
    BackupChecksum checksum = algorithm.start();
    byte[] buffer = new byte[512];
    long size = 0;
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      checksum.update(buffer, 0, n);
      size += n;
    }
    found.put(path, new Found(size, checksum.finish()));
  }

  /** Whether the backup has none, so {@code -R} was not given. */
  boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * Compares them with those in the manifest.
   *
   * @throws CorruptFileException if one is missing or differs
   */
  void compare(List<ManifestFile> listed) throws CorruptFileException {
    for (ManifestFile file : listed) {
      String path = file.path().toString();
      if (!new Found(file.size(), file.checksum()).equals(found.get(path))) {
        throw new CorruptFileException(
            path,
            found.containsKey(path)
                ? "does not match the manifest"
                : "is missing, although the manifest lists it");
      }
    }
  }
}
