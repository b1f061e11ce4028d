package dev.walden.recovery.restore;

import java.nio.file.Path;
import java.util.List;

/**
 * What a restore made: a data directory, all of it durable, whose server recovers as planned when
 * it is started.
 *
 * @param files how many files of the backup were written
 * @param bytes how many bytes they have
 * @param warnings what to do before the server is started
 */
public record RestoredCluster(Path dataDirectory, long files, long bytes, List<String> warnings) {
  public RestoredCluster {
    warnings = List.copyOf(warnings);
  }
}
