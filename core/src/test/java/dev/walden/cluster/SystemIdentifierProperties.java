package dev.walden.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class SystemIdentifierProperties {

  @Property
  void systemIdentifiersReadBackUnsigned(@ForAll long value, @ForAll long other) {
    SystemIdentifier id = new SystemIdentifier(value);
    assertEquals(id, SystemIdentifier.parse(id.toString()));
    BigInteger number = new BigInteger(id.toString());
    assertTrue(number.signum() >= 0);
    assertEquals(value, number.longValue());
    assertEquals(
        number.compareTo(new BigInteger(new SystemIdentifier(other).toString())),
        Integer.signum(id.compareTo(new SystemIdentifier(other))));
  }

  @Property
  void junkIsNoSystemIdentifierOrPrintsAsItCame(@ForAll String text) {
    try {
      assertEquals(text, SystemIdentifier.parse(text).toString());
    } catch (IllegalArgumentException e) {
      assertEquals(IllegalArgumentException.class, e.getClass());
    }
  }
}
