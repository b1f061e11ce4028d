package dev.walden.server.protocol;

import dev.walden.cluster.PgVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The options of {@code BASE_BACKUP}. A tablespace map and a manifest are always requested; WAL,
 * and waiting for it to be archived, never.
 *
 * <p>Source: {@code src/backend/backup/basebackup.c}, {@code parse_basebackup_options}.
 *
 * @param label the label in {@code backup_label}; at most 1024 bytes
 * @param fastCheckpoint whether the server writes its checkpoint at once, or over minutes
 * @param progress whether the server first estimates sizes, which reads every directory
 * @param manifestChecksums PostgreSQL's name of the manifest's algorithm: {@code SHA256}
 * @param maxRateKilobytes at most this many KiB per second, 32 to 1048576
 * @param checkpointLimit how long the checkpoint and the estimate may take together
 * @param silenceLimit how long the server may be silent while it copies
 */
public record BaseBackupOptions(
    String label,
    boolean fastCheckpoint,
    boolean progress,
    String manifestChecksums,
    OptionalInt maxRateKilobytes,
    Duration checkpointLimit,
    Duration silenceLimit) {
  private static final Set<String> CHECKSUMS =
      Set.of("NONE", "CRC32C", "SHA224", "SHA256", "SHA384", "SHA512");

  public BaseBackupOptions {
    if (label.getBytes(StandardCharsets.UTF_8).length > 1024
        || label.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a backup label must have at most 1024 bytes and no control characters");
    }
    if (!CHECKSUMS.contains(manifestChecksums)) {
      throw new IllegalArgumentException(
          "not a manifest checksum of PostgreSQL: \""
              + manifestChecksums
              + "\" (one of "
              + CHECKSUMS);
    }
    if (maxRateKilobytes.isPresent()
        && (maxRateKilobytes.getAsInt() < 32 || maxRateKilobytes.getAsInt() > 1 << 20)) {
      throw new IllegalArgumentException(
          "maximum rate " + maxRateKilobytes.getAsInt() + " KiB/s is not in 32..1048576");
    }
  }

  /**
   * The defaults: a fast checkpoint, size estimates, SHA256, no rate limit, one hour for the
   * checkpoint, five minutes of silence.
   */
  public static BaseBackupOptions labelled(String label) {
    return new BaseBackupOptions(
        label,
        true,
        true,
        "SHA256",
        OptionalInt.empty(),
        Duration.ofHours(1),
        Duration.ofMinutes(5));
  }

  String command(PgVersion version) {
    return version.major() < 15 ? commandBefore15() : commandSince15();
  }

  private String commandBefore15() {
    return "BASE_BACKUP LABEL "
        + quoted(label)
        + (progress ? " PROGRESS" : "")
        + (fastCheckpoint ? " FAST" : "")
        + " NOWAIT"
        + (maxRateKilobytes.isPresent() ? " MAX_RATE " + maxRateKilobytes.getAsInt() : "")
        + " TABLESPACE_MAP MANIFEST 'yes' MANIFEST_CHECKSUMS "
        + quoted(manifestChecksums);
  }

  private String commandSince15() {
    return "BASE_BACKUP (LABEL "
        + quoted(label)
        + ", PROGRESS "
        + progress
        + ", CHECKPOINT "
        + (fastCheckpoint ? "'fast'" : "'spread'")
        + ", WAIT false"
        + (maxRateKilobytes.isPresent() ? ", MAX_RATE " + maxRateKilobytes.getAsInt() : "")
        + ", TABLESPACE_MAP true, MANIFEST 'yes', MANIFEST_CHECKSUMS "
        + quoted(manifestChecksums)
        + ")";
  }

  // the walsender's scanner has no backslash escapes
  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
