package dev.walden.recovery.simulate;

import dev.walden.recovery.stop.RequiredSettings;
import java.util.Optional;

/**
 * How a recovering server is configured, as far as recovery depends on it.
 *
 * @param hotStandby whether {@code hot_standby} is on
 * @param own the settings that limit how many sessions a hot standby can follow; if they are not
 *     known, they are high enough
 * @param backedUp those of the server that was backed up: what the backup's {@code pg_control} says
 */
record StandbyCapacity(
    boolean hotStandby, Optional<RequiredSettings> own, Optional<RequiredSettings> backedUp) {
  static StandbyCapacity defaults() {
    return new StandbyCapacity(true, Optional.empty(), Optional.empty());
  }
}
