package dev.walden.recovery.restore;

import dev.walden.recovery.ConfigurationLine;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a restore made: a data directory, all of it durable, whose server recovers as planned when
 * it is started.
 *
 * @param files how many files of the backup were written
 * @param bytes how many bytes they have
 * @param warnings what to do before the server is started
 * @param switchedOff the settings that keep this server, a copy, from doing its source's work:
 *     archiving, subscriptions and others; empty if it replaces its source
 */
public record RestoredCluster(
    Path dataDirectory,
    long files,
    long bytes,
    List<String> warnings,
    List<ConfigurationLine> switchedOff) {
  public RestoredCluster {
    warnings = List.copyOf(warnings);
    switchedOff = List.copyOf(switchedOff);
  }

  /**
   * All of it in sentences, for people: what was restored, what the server does not do and how that
   * is switched on again, and the warnings. Each line ends with a newline.
   */
  public String explain() {
    StringBuilder text = new StringBuilder();
    line(text, "Restored " + files + " files, " + bytes + " bytes, into " + dataDirectory + ".");
    if (switchedOff.isEmpty()) {
      line(text, "The server takes the place of its source, which must not run again.");
      line(text, "  Its WAL is archived as before; a receiver has to connect to it.");
    } else {
      line(text, "The server will be a copy of its source, and leaves the source's work to it.");
      line(text, "  Switched off in postgresql.auto.conf: " + names() + ".");
      if (isOff("archive_mode")) {
        line(text, "  After its promotion nothing archives its WAL.");
      }
      if (isOff("max_logical_replication_workers")) {
        line(text, "  Its subscriptions do not run.");
      }
      line(text, "  If it takes the source's place later, and the source never runs again: stop");
      line(text, "  it, remove the last line of each of these, start it and archive its WAL.");
    }
    warnings.forEach(warning -> line(text, "Warning: " + warning + "."));
    return text.toString();
  }

  private boolean isOff(String name) {
    return switchedOff.stream().anyMatch(line -> line.name().equals(name));
  }

  private String names() {
    return switchedOff.stream().map(ConfigurationLine::name).collect(Collectors.joining(", "));
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}
