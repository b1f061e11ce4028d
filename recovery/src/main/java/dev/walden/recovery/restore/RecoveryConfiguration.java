package dev.walden.recovery.restore;

import dev.walden.cluster.PgVersion;
import dev.walden.recovery.ConfigurationLine;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.wal.TimelineId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The settings with which a restored server recovers. They are appended to {@code
 * postgresql.auto.conf}, where the last setting of a name wins, and make harmless what the backup
 * brought along: recovery targets of an earlier recovery, a {@code primary_conninfo} that would
 * follow the production server, and, unless the server is to {@linkplain Builder#replaceSource
 * replace its source}, what the source does and a copy must not: an {@code archive_command} that
 * would write into the production archive, subscriptions that would take the production server's
 * slots, {@code synchronous_standby_names} that would make every commit wait.
 *
 * <p>PostgreSQL applies settings in the order of their last occurrence, and setting a second
 * recovery target, even to an empty text, while another one holds a value is fatal ({@code
 * error_multiple_recovery_targets} in {@code xlogrecovery.c}). Therefore all are emptied first, and
 * only then the wanted one is set.
 */
public final class RecoveryConfiguration {
  private static final List<String> TARGETS =
      List.of(
          "recovery_target",
          "recovery_target_lsn",
          "recovery_target_name",
          "recovery_target_time",
          "recovery_target_xid");
  // a server of version 16 or later refuses to run a command with any other
  private static final Pattern PLACEHOLDERS = Pattern.compile("[^%]*+(?:%[fpr%][^%]*+)*+");

  private final List<ConfigurationLine> settings;
  private final List<ConfigurationLine> additional;
  private final List<ConfigurationLine> switchedOff;
  private final boolean standby;
  private final boolean replacesSource;

  private RecoveryConfiguration(Builder builder) {
    List<ConfigurationLine> all = new ArrayList<>();
    recovery(builder, all);
    replication(builder, all);
    replacesSource = builder.replaceSource;
    List<ConfigurationLine> copy = replacesSource ? List.of() : CopySettings.of(builder.version);
    all.addAll(copy);
    settings = List.copyOf(all);
    additional = List.copyOf(builder.additional);
    switchedOff = copy.stream().filter(line -> !isAdditional(line.name())).toList();
    standby = builder.primaryConninfo.isPresent();
  }

  private static void recovery(Builder builder, List<ConfigurationLine> all) {
    TARGETS.forEach(name -> all.add(new ConfigurationLine(name, "")));
    builder.target.setting().ifPresent(all::add);
    add(all, "recovery_target_inclusive", builder.target.inclusive() ? "on" : "off");
    add(all, "recovery_target_timeline", builder.timeline);
    add(all, "recovery_target_action", builder.action.toString());
    add(all, "restore_command", builder.command());
    add(all, "recovery_end_command", "");
    add(all, "archive_cleanup_command", "");
    if (!builder.lookAhead && builder.version.major() >= 15) {
      add(all, "recovery_prefetch", "off");
    }
  }

  private static void replication(Builder builder, List<ConfigurationLine> all) {
    add(all, "primary_conninfo", builder.primaryConninfo.orElse(""));
    add(all, "primary_slot_name", builder.primarySlotName);
    if (builder.primaryConninfo.isEmpty()) {
      add(all, "recovery_min_apply_delay", "0");
    }
  }

  private boolean isAdditional(String name) {
    return additional.stream().anyMatch(line -> line.name().equalsIgnoreCase(name));
  }

  private static void add(List<ConfigurationLine> all, String name, String value) {
    all.add(new ConfigurationLine(name, value));
  }

  /** Begins a configuration for a server of this version that is to recover along a timeline. */
  public static Builder builder(PgVersion version, TimelineId timeline) {
    return new Builder(version, timeline);
  }

  /**
   * The connection string that libpq reads as these parameters, for {@link Builder#standby}.
   *
   * <p>Source: {@code conninfo_parse} in {@code src/interfaces/libpq/fe-connect.c}.
   */
  public static String conninfo(Map<String, String> parameters) {
    StringBuilder conninfo = new StringBuilder();
    parameters.forEach(
        (name, value) ->
            conninfo
                .append(conninfo.length() == 0 ? "" : " ")
                .append(name)
                .append("='")
                .append(value.replace("\\", "\\\\").replace("'", "\\'"))
                .append('\''));
    return conninfo.toString();
  }

  /** What recovery needs, in the order in which it must be written. */
  public List<ConfigurationLine> settings() {
    return settings;
  }

  /** What the caller added; to be written last. */
  public List<ConfigurationLine> additional() {
    return additional;
  }

  /**
   * What of {@link #settings} keeps the server from doing its source's work, as far as {@link
   * #additional} does not set it again; nothing if it replaces its source.
   */
  public List<ConfigurationLine> switchedOff() {
    return switchedOff;
  }

  /** Whether the server takes the place of the one that was backed up. */
  boolean replacesSource() {
    return replacesSource;
  }

  /** Whether a setting that an earlier restore of the source wrote is still that of the source. */
  boolean keeps(String name) {
    return replacesSource && CopySettings.contains(name);
  }

  /**
   * The empty file that makes the server recover: {@code standby.signal} or {@code
   * recovery.signal}. The other one must not exist.
   */
  public String signalFile() {
    return standby ? "standby.signal" : "recovery.signal";
  }

  /** The file that must not exist beside {@link #signalFile}. */
  String otherSignalFile() {
    return standby ? "recovery.signal" : "standby.signal";
  }

  /** Describes a configuration. Used by one thread. */
  public static final class Builder {
    private final PgVersion version;
    private final List<ConfigurationLine> additional = new ArrayList<>();
    private String timeline;
    private RecoveryTarget target = RecoveryTarget.latest();
    private RecoveryTargetAction action = RecoveryTargetAction.PROMOTE;
    private Optional<String> restoreCommand = Optional.empty();
    private Optional<String> primaryConninfo = Optional.empty();
    private String primarySlotName = "";
    private boolean replaceSource;
    private boolean lookAhead = true;

    private Builder(PgVersion version, TimelineId timeline) {
      this.version = version;
      this.timeline = timeline.toString();
    }

    /** Where to stop; {@link RecoveryTarget#latest} by default. */
    public Builder target(RecoveryTarget newTarget) {
      target = newTarget;
      return this;
    }

    /** What to do then; {@link RecoveryTargetAction#PROMOTE} by default. */
    public Builder action(RecoveryTargetAction newAction) {
      action = newAction;
      return this;
    }

    /**
     * The shell command that brings a file from the archive. Without one the server finds only what
     * lies in {@code pg_wal}.
     *
     * @throws IllegalArgumentException if it holds a {@code %} before anything but f, p, r and %
     */
    public Builder restoreCommand(String command) {
      if (command.isBlank() || !PLACEHOLDERS.matcher(command).matches()) {
        throw new IllegalArgumentException(
            "not a restore_command: \"" + command + "\" (%f, %p, %r, and %% for a percent sign)");
      }
      restoreCommand = Optional.of(command);
      return this;
    }

    /**
     * Makes the server a standby.
     *
     * @param conninfo a connection string as libpq reads it; see {@link #conninfo}
     */
    public Builder standby(String conninfo) {
      primaryConninfo = Optional.of(conninfo);
      return this;
    }

    /** The replication slot on the primary that a standby uses. */
    public Builder primarySlotName(String slot) {
      primarySlotName = slot;
      return this;
    }

    /** Lets a standby follow its primary to later timelines. */
    public Builder followLatestTimeline() {
      timeline = "latest";
      return this;
    }

    /**
     * The server takes the place of the one that was backed up, which never runs again. It keeps
     * what the backup brought along: archiving, the names of synchronous standbys, subscriptions
     * and the synchronization of slots.
     */
    public Builder replaceSource() {
      replaceSource = true;
      return this;
    }

    /**
     * Keeps the server from asking for segments before it needs them, as version 15 and later do. A
     * recovery that ends just before a hole in the archive needs this.
     */
    Builder noLookAhead() {
      lookAhead = false;
      return this;
    }

    /**
     * Any other setting; written last, so that it wins.
     *
     * @throws IllegalArgumentException if it is one that has a method of its own
     */
    public Builder setting(String name, String value) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.startsWith("recovery_target")
          || List.of("restore_command", "primary_conninfo", "primary_slot_name").contains(lower)) {
        throw new IllegalArgumentException(name + " follows from the plan; do not set it");
      }
      additional.add(new ConfigurationLine(name, value));
      return this;
    }

    /** A server that is no standby does not start without one: {@code false} has nothing. */
    private String command() {
      return restoreCommand.orElse(primaryConninfo.isPresent() ? "" : "false");
    }

    public RecoveryConfiguration build() {
      if (primaryConninfo.isEmpty() && !timeline.matches("[0-9]+")) {
        throw new IllegalArgumentException("only a standby follows its primary");
      }
      return new RecoveryConfiguration(this);
    }
  }
}
