package dev.walden.codec;

/**
 * Settings for zstd. On WAL, level 3 compresses hardly better than level 1 and is 40 % slower.
 *
 * @param level 1 to 19; all of them are read with 8 MiB of memory
 * @param workers native threads per object, 0 to 64; with 0 the writing thread compresses
 */
public record ZstdSettings(int level, int workers) {
  private static final int MAX_LEVEL = 19;
  private static final int MAX_WORKERS = 64;

  /**
   * @throws IllegalArgumentException if a setting is out of range
   */
  public ZstdSettings {
    if (level < 1 || level > MAX_LEVEL) {
      throw new IllegalArgumentException("zstd level " + level + " is not in 1.." + MAX_LEVEL);
    }
    if (workers < 0 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "zstd workers " + workers + " is not in 0.." + MAX_WORKERS);
    }
  }

  /** Level 1 in the writing thread. */
  public static ZstdSettings defaults() {
    return new ZstdSettings(1, 0);
  }
}
