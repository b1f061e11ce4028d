package dev.walden.server.receive.upstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import org.junit.jupiter.api.Test;

class DamageMemoryTest {
  private static final Lsn PLACE = Lsn.parse("0/3000100");

  private final DamageMemory memory = new DamageMemory();
  private final CorruptFileException damage = new CorruptFileException("f", 0, "damaged");

  @Test
  void damageInANewPlaceMayHaveHappenedOnTheWay() {
    assertFalse(memory.takeNewlyDamaged());
    assertSame(damage, memory.found(PLACE, damage));
    assertTrue(memory.takeNewlyDamaged());
    assertFalse(memory.takeNewlyDamaged());
    assertSame(damage, memory.found(PLACE.plus(8), damage));
    assertTrue(memory.takeNewlyDamaged());
  }

  @Test
  void damageInTheSamePlaceIsTheServers() {
    memory.found(PLACE, damage);
    memory.takeNewlyDamaged();
    memory.verified(PLACE);
    assertNotSame(damage, memory.found(PLACE, damage));
    assertFalse(memory.takeNewlyDamaged());
  }

  @Test
  void aPlaceThatWasPassedIsForgotten() {
    memory.found(PLACE, damage);
    memory.takeNewlyDamaged();
    memory.verified(PLACE.plus(8));
    assertSame(damage, memory.found(PLACE, damage));
    assertTrue(memory.takeNewlyDamaged());
  }
}
