package dev.walden.recovery.restore;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What a restored server's configuration needs from people before the server is started. */
final class StartWarnings {
  private static final String MAIN_FILE = "postgresql.conf";
  private static final List<String> FILES = List.of(MAIN_FILE, "pg_hba.conf", "pg_ident.conf");
  private static final List<String> PRELOADED =
      List.of("shared_preload_libraries", "session_preload_libraries", "local_preload_libraries");
  // up to version 14 a server writes its statistics to the last one
  private static final List<String> WRITTEN =
      List.of("external_pid_file", "log_directory", "stats_temp_directory");

  /** Libraries that only watch, log, advise or refuse; any other may have workers and jobs. */
  private static final Set<String> PASSIVE =
      Set.of(
          ("auth_delay auto_explain credcheck pg_hint_plan pg_prewarm pg_qualstats"
                  + " pg_stat_kcache pg_stat_monitor pg_stat_statements pg_store_plans"
                  + " pg_wait_sampling pgaudit pgauditlogtofile passwordcheck plan_filter"
                  + " safeupdate sepgsql set_user")
              .split(" "));

  private final Path data;
  private final boolean copy;
  private final ConfigurationFiles configuration;
  private final List<String> warnings = new ArrayList<>();

  private StartWarnings(Path data, boolean copy) {
    this.data = data;
    this.copy = copy;
    this.configuration = ConfigurationFiles.of(data);
  }

  static List<String> of(Path dataDirectory, boolean replacesSource) {
    StartWarnings found = new StartWarnings(dataDirectory, !replacesSource);
    FILES.forEach(found::missing);
    found.dataDirectory();
    found.unread();
    if (found.copy) {
      PRELOADED.forEach(found::preloaded);
      WRITTEN.forEach(found::written);
    }
    return List.copyOf(found.warnings);
  }

  private void missing(String file) {
    if (Files.exists(data.resolve(file))) {
      return;
    }
    warnings.add(
        file
            + " is not in the backup; its server kept it elsewhere. Put one there, or name"
            + " it when the server is started"
            + (copy && file.equals(MAIN_FILE)
                ? ". If it preloads libraries that run jobs, the copy would run these, too"
                : ""));
  }

  private void dataDirectory() {
    if (configuration.value("data_directory").isPresent()) {
      warnings.add(
          "postgresql.conf sets data_directory: a server started with it works there, not in "
              + data
              + ". Remove the line");
    }
  }

  private void unread() {
    configuration
        .unread()
        .forEach(
            file ->
                warnings.add(
                    MAIN_FILE + " includes " + file + ", which cannot be read. Look what it sets"));
  }

  private void preloaded(String setting) {
    List<String> active =
        Stream.of(configuration.value(setting).orElse("").split(","))
            .map(StartWarnings::libraryName)
            .filter(library -> !library.isEmpty() && !PASSIVE.contains(library))
            .toList();
    if (!active.isEmpty()) {
      warnings.add(
          setting
              + " loads "
              + String.join(", ", active)
              + ": jobs and workers of the source that these run will run in this copy, too. Stop"
              + " them, or start the server without these libraries");
    }
  }

  /** {@code pg_cron} for {@code "$libdir/pg_cron.so"}. */
  private static String libraryName(String entry) {
    String path = entry.strip().replace("\"", "");
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return name.endsWith(".so") ? name.substring(0, name.length() - 3) : name;
  }

  private void written(String setting) {
    configuration
        .value(setting)
        .filter(path -> path.startsWith("/") && !path.startsWith(data + "/"))
        .ifPresent(
            path ->
                warnings.add(
                    setting
                        + " is "
                        + path
                        + ": on the same machine the copy and its source would write to the same"
                        + " place. Change it"));
  }
}
