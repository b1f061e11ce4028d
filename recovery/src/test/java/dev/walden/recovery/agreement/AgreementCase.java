package dev.walden.recovery.agreement;

import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.simulate.WalDelivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A plan, and how the server that follows it is configured.
 *
 * @param folder a place of the case's own, for its data directory and what else it needs
 */
record AgreementCase(
    RecoveryPlan plan,
    boolean hotStandby,
    int maxConnections,
    WalDelivery delivery,
    SeenArchive seen,
    Path folder) {

  Path data() {
    return folder.resolve("data");
  }

  /** Removes what the case left, if nothing is to be looked at. */
  void clean() throws IOException {
    if (Files.exists(folder)) {
      try (var walk = Files.walk(folder)) {
        for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  @Override
  public String toString() {
    return String.format(
        "%s (backup %s to %s), then %s, hot_standby %s, max_connections %d, WAL by %s, %s%s",
        plan,
        plan.backup().startLsn(),
        plan.backup().endLsn(),
        plan.action(),
        hotStandby,
        maxConnections,
        delivery,
        seen,
        seen.intact() ? "" : ", not intact");
  }
}
