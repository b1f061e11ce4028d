package dev.walden.server.receive.upstream;

import dev.walden.server.ServerRefusedException;
import dev.walden.server.SlotInvalidatedException;
import dev.walden.server.protocol.ReplicationSlotState;
import dev.walden.server.protocol.WalsenderConnection;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slot of a receiver, made where there is none and made anew where it keeps nothing. Keeps in
 * mind that WAL may be missing for that reason.
 */
public final class PhysicalSlot {
  private static final Logger LOG = LoggerFactory.getLogger(PhysicalSlot.class);
  private static final String DUPLICATE_OBJECT = "42710";

  private final String name;
  private Optional<String> trouble = Optional.empty();

  public PhysicalSlot(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  /** What was wrong with the slot when it was last wrong, as a clause. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** Streaming went well: what is missing later is so for another reason. */
  public void works() {
    trouble = Optional.empty();
  }

  /** Reads the slot, which then is there and, as far as the server tells, keeps WAL. */
  public ReplicationSlotState ready(WalsenderConnection server) throws IOException {
    ReplicationSlotState position = server.readSlot(name);
    if (position.presence() == ReplicationSlotState.Presence.PRESENT) {
      if (position.restartLsn().isPresent()) {
        return position;
      }
      // invalidated, or made without RESERVE_WAL; PostgreSQL 16 and later would never let an
      // invalidated one keep anything again, and would not say so
      return renew(server, "the replication slot " + name + " kept nothing or was invalidated");
    }
    try {
      server.createPhysicalSlot(name, true);
      trouble = Optional.of("there was no replication slot " + name);
      LOG.info("created the replication slot {}", name);
    } catch (ServerRefusedException e) {
      if (!DUPLICATE_OBJECT.equals(e.sqlState())) {
        throw e;
      }
    }
    return server.readSlot(name);
  }

  /** Whether streaming was refused because the slot, though it tells a position, is of no use. */
  public static boolean isInvalid(ReplicationSlotState position, ServerRefusedException refusal) {
    return position.presence() == ReplicationSlotState.Presence.PRESENT
        && refusal instanceof SlotInvalidatedException;
  }

  /** Makes the slot anew: one that keeps nothing has nothing to lose. */
  public ReplicationSlotState renew(WalsenderConnection server, String why) throws IOException {
    LOG.warn("{}; making it anew", why);
    server.dropPhysicalSlot(name);
    server.createPhysicalSlot(name, true);
    trouble = Optional.of(why);
    return server.readSlot(name);
  }
}
