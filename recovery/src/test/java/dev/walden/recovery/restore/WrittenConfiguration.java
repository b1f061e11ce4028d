package dev.walden.recovery.restore;

import java.io.IOException;
import java.nio.file.Path;

/** For tests in other packages: writes settings of a recovery as a restore does. */
public final class WrittenConfiguration {
  private WrittenConfiguration() {}

  public static void write(Path dataDirectory, RecoveryConfiguration configuration)
      throws IOException {
    AutoConfFile.write(dataDirectory, configuration, RestoredFiles.fileMode(0600));
  }
}
