package dev.walden.cluster;

import dev.walden.UnsupportedFormatException;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * A major version of PostgreSQL that Walden supports, with the numbers that identify its files.
 *
 * <p>Source: {@code src/include/access/xlog_internal.h} (WAL page magic), {@code
 * src/include/catalog/pg_control.h}, {@code src/include/catalog/catversion.h}.
 */
public enum PgVersion {
  PG_14(14, 0xD10D, 1300, 202107181),
  PG_15(15, 0xD110, 1300, 202209061),
  PG_16(16, 0xD113, 1300, 202307071),
  PG_17(17, 0xD116, 1700, 202406281),
  PG_18(18, 0xD118, 1800, 202506291);

  private static final int WAL_MAGIC_13 = 0xD106;
  private static final int WAL_MAGIC_19 = 0xD120;

  private final int major;
  private final int walMagic;
  private final int controlVersion;
  private final int catalogVersion;

  PgVersion(int major, int walMagic, int controlVersion, int catalogVersion) {
    this.major = major;
    this.walMagic = walMagic;
    this.controlVersion = controlVersion;
    this.catalogVersion = catalogVersion;
  }

  /**
   * The version with this major number.
   *
   * @throws UnsupportedFormatException if Walden does not support it
   */
  public static PgVersion ofMajor(int major) throws UnsupportedFormatException {
    return find(v -> v.major == major, "PostgreSQL " + major);
  }

  /**
   * The version whose {@code server_version_num} this is: {@code 170002} is 17.
   *
   * @throws UnsupportedFormatException if Walden does not support it
   */
  public static PgVersion ofServerVersionNum(int number) throws UnsupportedFormatException {
    // before 10 the major version had two parts: 90624 is 9.6.24
    return number >= 100000 || number < 0
        ? ofMajor(number / 10000)
        : find(v -> false, "PostgreSQL " + number / 10000 + "." + number / 100 % 100);
  }

  /**
   * The version whose WAL pages begin with this magic number.
   *
   * @throws UnsupportedFormatException if Walden does not support it
   */
  public static PgVersion ofWalMagic(int magic) throws UnsupportedFormatException {
    String owner =
        switch (magic) {
          case WAL_MAGIC_13 -> " (PostgreSQL 13)";
          case WAL_MAGIC_19 -> " (PostgreSQL 19)";
          default -> "";
        };
    return find(
        v -> v.walMagic == magic,
        String.format(Locale.ROOT, "WAL with page magic %04X%s", magic, owner));
  }

  private static PgVersion find(Predicate<PgVersion> wanted, String found)
      throws UnsupportedFormatException {
    for (PgVersion version : values()) {
      if (wanted.test(version)) {
        return version;
      }
    }
    throw new UnsupportedFormatException(
        found + " is not supported; Walden supports PostgreSQL 14 to 18");
  }

  /** The major version: 14 to 18. */
  public int major() {
    return major;
  }

  /** The first two bytes of every WAL page, as an unsigned number. */
  public int walMagic() {
    return walMagic;
  }

  /** {@code pg_control_version}; 14 to 16 share one. */
  public int controlVersion() {
    return controlVersion;
  }

  /** {@code catalog_version_no} of the released servers. */
  public int catalogVersion() {
    return catalogVersion;
  }

  /** The name of a cluster's directory in each tablespace: {@code PG_17_202406281}. */
  public String tablespaceDirectory() {
    return "PG_" + major + "_" + catalogVersion;
  }

  /** {@code PostgreSQL 17}. */
  @Override
  public String toString() {
    return "PostgreSQL " + major;
  }
}
