package dev.walden.recovery.restore;

import dev.walden.cluster.PgVersion;
import dev.walden.recovery.ConfigurationLine;
import java.util.List;

/**
 * The settings that keep a copy from doing its source's work: from archiving into the same archive,
 * taking the slots of its subscriptions, copying the slots of its primary, making commits or
 * logical decoding wait for standbys that it does not have, and removing a trigger file.
 *
 * <p>Source: {@code src/backend/utils/misc/guc_tables.c}. Without workers not even the launcher of
 * subscriptions starts ({@code ApplyLauncherRegister} in {@code
 * src/backend/replication/logical/launcher.c}).
 */
final class CopySettings {
  private static final PgVersion NEWEST = PgVersion.values()[PgVersion.values().length - 1];

  private record Setting(String name, String value, PgVersion since, PgVersion until) {
    private static Setting since(PgVersion version, String name, String value) {
      return new Setting(name, value, version, NEWEST);
    }

    private boolean isKnownTo(PgVersion version) {
      return version.compareTo(since) >= 0 && version.compareTo(until) <= 0;
    }
  }

  private static final List<Setting> ALL =
      List.of(
          Setting.since(PgVersion.PG_14, "archive_mode", "off"),
          Setting.since(PgVersion.PG_14, "archive_command", ""),
          Setting.since(PgVersion.PG_15, "archive_library", ""),
          Setting.since(PgVersion.PG_14, "synchronous_standby_names", ""),
          Setting.since(PgVersion.PG_17, "synchronized_standby_slots", ""),
          Setting.since(PgVersion.PG_14, "max_logical_replication_workers", "0"),
          Setting.since(PgVersion.PG_17, "sync_replication_slots", "off"),
          new Setting("promote_trigger_file", "", PgVersion.PG_14, PgVersion.PG_15));

  private CopySettings() {}

  /** All that a server of this version knows. */
  static List<ConfigurationLine> of(PgVersion version) {
    return ALL.stream()
        .filter(setting -> setting.isKnownTo(version))
        .map(setting -> new ConfigurationLine(setting.name(), setting.value()))
        .toList();
  }

  /** Whether it is one of them in any version. */
  static boolean contains(String name) {
    return ALL.stream().anyMatch(setting -> setting.name().equalsIgnoreCase(name));
  }
}
