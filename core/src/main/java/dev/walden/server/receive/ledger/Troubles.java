package dev.walden.server.receive.ledger;

import dev.walden.server.receive.ledger.Work.Kind;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What goes wrong, and whether there will be more work. Guarded by the ledger. */
final class Troubles {
  private final Map<Kind, IOException> now = new EnumMap<>(Kind.class);
  private @Nullable IOException failure;
  private boolean stopped;

  /** A kind of work fails for now. */
  void found(Kind kind, IOException trouble) {
    now.put(kind, trouble);
  }

  /** A kind of work succeeds again. */
  void mended(Kind kind) {
    now.remove(kind);
  }

  /** Something failed that trying again does not mend. */
  void failed(IOException cause) {
    failure = stopped || failure != null ? failure : cause;
  }

  void stop() {
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }

  boolean isOpen() {
    return !stopped && failure == null;
  }

  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  Optional<IOException> of(Kind kind) {
    return Optional.ofNullable(failure == null ? now.get(kind) : failure);
  }
}
