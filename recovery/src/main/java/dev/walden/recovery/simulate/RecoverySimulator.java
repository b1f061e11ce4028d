package dev.walden.recovery.simulate;

import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.cluster.ControlFile.Settings;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.stop.RequiredSettings;
import dev.walden.wal.record.WalSource;
import java.io.IOException;
import java.util.Optional;

/**
 * Says what a server would do with a plan, without one: walks the archived WAL from the base backup
 * on as the server's recovery does, asks for the same files, and stops at the same record for the
 * same reason. Reads every segment up to there once; of what it read, only the names of the files
 * stay in memory. Immutable: each method gives a changed simulator.
 *
 * <p>The simulated server is restored as {@code Restore} does it, has {@code recovery.signal}, and
 * gets the archive's files as {@link #delivery} says. A record is not applied to any page, so what
 * fails only there is not foreseen. Nor are restartpoints, which a long recovery makes from time to
 * time: they can save it from losing sight of a prepared transaction at a switch of timelines.
 *
 * <p>A base backup of a standby is taken to be consistent where it says that it ended; the server
 * goes by its {@code pg_control}, which can be a little earlier.
 */
public final class RecoverySimulator {
  /** Where the WAL comes from. */
  private interface Contents {
    WalInventory inventory() throws IOException;
  }

  private final Contents contents;
  private final WalSource source;
  private final StandbyCapacity settings;
  private final WalDelivery delivery;

  private RecoverySimulator(
      Contents contents, WalSource source, StandbyCapacity settings, WalDelivery delivery) {
    this.contents = contents;
    this.source = source;
    this.settings = settings;
    this.delivery = delivery;
  }

  private static RecoverySimulator of(Contents contents, WalSource source) {
    return new RecoverySimulator(contents, source, StandbyCapacity.defaults(), WalDelivery.PG_WAL);
  }

  private RecoverySimulator with(StandbyCapacity changed) {
    return new RecoverySimulator(contents, source, changed, delivery);
  }

  /** Simulates with what an archive holds whenever a simulation is asked for. */
  public static RecoverySimulator of(ArchiveStore archive) {
    return of(() -> archive.inventory().withTails(), archive::open);
  }

  /**
   * Simulates with what an archive held.
   *
   * @param source has the segments of the inventory; others are never asked for
   */
  public static RecoverySimulator of(WalInventory inventory, WalSource source) {
    return of(() -> inventory, source);
  }

  /**
   * How the server gets the archive's files; {@link WalDelivery#PG_WAL} by default, as for {@code
   * Restore}.
   */
  public RecoverySimulator delivery(WalDelivery newDelivery) {
    return new RecoverySimulator(contents, source, settings, newDelivery);
  }

  /** Whether {@code hot_standby} is on, as it is by default. */
  public RecoverySimulator hotStandby(boolean on) {
    return with(new StandbyCapacity(on, settings.own(), settings.backedUp()));
  }

  /**
   * The settings that a hot standby must not have lower than its primary. Without them they are
   * taken to be high enough.
   *
   * @param own the restored server's
   * @param backedUp what the backup's {@code pg_control} says
   */
  public RecoverySimulator settings(Settings own, Settings backedUp) {
    return with(
        new StandbyCapacity(
            settings.hotStandby(),
            Optional.of(RequiredSettings.of(own)),
            Optional.of(RequiredSettings.of(backedUp))));
  }

  /**
   * Follows a plan.
   *
   * @throws CorruptFileException if the archive's copy of a segment cannot be decoded, or a record
   *     with the right checksum makes no sense
   * @throws IOException if the archive could not be asked
   */
  public SimulatedRecovery simulate(RecoveryPlan plan) throws IOException {
    Delivered delivered = Delivered.of(contents.inventory(), plan, delivery);
    return Simulation.run(plan, delivered, source, settings);
  }
}
