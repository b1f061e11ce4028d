package dev.walden.server.protocol;

import dev.walden.cluster.PgVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is asked of {@code BASE_BACKUP}. Always asked for are a tablespace map and a manifest; never
 * WAL, and never to wait for the archiving of WAL.
 *
 * <p>Source: {@code src/backend/backup/basebackup.c}, {@code parse_basebackup_options}.
 *
 * @param label goes into {@code backup_label}; at most 1024 bytes
 * @param fastCheckpoint whether the server writes its checkpoint at once, or over minutes
 * @param progress whether the server estimates sizes first, which reads every directory
 * @param manifestChecksums the manifest's algorithm, as PostgreSQL names it: {@code SHA256}
 * @param maxRateKilobytes KiB per second at most, 32 to 1048576
 * @param checkpointLimit how long the checkpoint and the estimate may take together
 * @param silenceLimit how long the server may send nothing while it copies
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
          "a backup's label has at most 1024 bytes and no control characters");
    }
    if (!CHECKSUMS.contains(manifestChecksums)) {
      throw new IllegalArgumentException(
          "no manifest checksum of PostgreSQL: \"" + manifestChecksums + "\" (one of " + CHECKSUMS);
    }
    if (maxRateKilobytes.isPresent()
        && (maxRateKilobytes.getAsInt() < 32 || maxRateKilobytes.getAsInt() > 1 << 20)) {
      throw new IllegalArgumentException(
          "a maximal rate of " + maxRateKilobytes.getAsInt() + " KiB/s (32 to 1048576)");
    }
  }

  /**
   * A fast checkpoint, sizes estimated, SHA256, no limit on the rate, an hour for the checkpoint,
   * five minutes for a silence.
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

  // the walsender's scanner knows no backslashes
  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
