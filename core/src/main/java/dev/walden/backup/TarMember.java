package dev.walden.backup;

import java.time.Instant;

/**
 * One member of a tar archive.
 *
 * @param path relative, separated by slashes, without a trailing slash
 * @param mode the permission bits
 * @param size the length of a file in bytes; 0 for a directory
 */
public record TarMember(String path, Kind kind, int mode, long size, Instant modified) {
  /** The kinds of members in a base backup. */
  public enum Kind {
    FILE,
    DIRECTORY
  }

  /** The same member under another path. */
  public TarMember at(String newPath) {
    return new TarMember(newPath, kind, mode, size, modified);
  }
}
