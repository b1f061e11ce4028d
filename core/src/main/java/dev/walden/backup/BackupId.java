package dev.walden.backup;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * The name of a base backup: its start time and 48 random bits, {@code
 * 20261122T101024Z-3f9a0c52d1e7}, so that names sort by time and are unique.
 */
public record BackupId(String text) implements Comparable<BackupId> {
  private static final Pattern FORM = Pattern.compile("[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if it is not a backup ID
   */
  public BackupId {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("not a backup ID: \"" + text + '"');
    }
  }

  /** Makes a new name. {@code random} should be a {@link java.security.SecureRandom}. */
  public static BackupId next(Instant now, Random random) {
    byte[] bits = new byte[6];
    random.nextBytes(bits);
    return new BackupId(TIME.format(now) + '-' + HexFormat.of().formatHex(bits));
  }

  @Override
  public int compareTo(BackupId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
