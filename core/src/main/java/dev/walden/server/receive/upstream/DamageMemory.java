package dev.walden.server.receive.upstream;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import java.util.Optional;

/**
 * Where the WAL that arrived last was damaged. The damage may have happened on its way, so the same
 * WAL is requested once more; damage in the same place, or before it, is the server's. For one
 * thread.
 */
public final class DamageMemory {
  private Optional<Lsn> place = Optional.empty();
  private boolean isNew;

  /** WAL is valid up to here. */
  public void verified(Lsn end) {
    if (place.isPresent() && end.isAfter(place.get())) {
      place = Optional.empty();
    }
  }

  /**
   * WAL is damaged.
   *
   * @param verified up to where it is valid
   * @return what to throw
   */
  public CorruptFileException found(Lsn verified, CorruptFileException damage) {
    isNew = place.isEmpty() || verified.isAfter(place.get());
    place = Optional.of(verified);
    return isNew
        ? damage
        : new CorruptFileException(
            damage.file(),
            CorruptFileException.NO_OFFSET,
            "received corrupt WAL a second time: " + damage.getMessage(),
            damage);
  }

  /**
   * Whether the stream that ended last was damaged where none before it was, or further on; the
   * next call says no.
   */
  public boolean takeNewlyDamaged() {
    boolean was = isNew;
    isNew = false;
    return was;
  }
}
