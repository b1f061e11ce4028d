package dev.walden.backup;

import java.time.Instant;

/**
 * One member of a tar archive.
 *
 * @param path relative, with slashes, without one at its end
 * @param mode the permission bits
 * @param size the bytes of a file; 0 for a directory
 */
public record TarMember(String path, Kind kind, int mode, long size, Instant modified) {
  /** What members a base backup has. */
  public enum Kind {
    FILE,
    DIRECTORY
  }

  /** The same member under another path. */
  public TarMember at(String newPath) {
    return new TarMember(newPath, kind, mode, size, modified);
  }
}
