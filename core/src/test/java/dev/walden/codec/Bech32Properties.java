package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class Bech32Properties {
  /** Valid strings of BIP 173. */
  @Example
  void readsThePublishedExamples() {
    assertEquals(0, Bech32.decode("a", "a12uel5l").length);
    assertEquals(0, Bech32.decode("A", "A12UEL5L").length);
    byte[] longest = Bech32.decode("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
    assertEquals(20, longest.length);
  }

  @Property
  void whatWasEncodedDecodes(@ForAll byte[] bytes) {
    assertArrayEquals(bytes, Bech32.decode("age", Bech32.encode("age", bytes)));
  }

  /** The checksum finds up to four wrong characters. */
  @Property
  void aWrongCharacterIsFound(
      @ForAll byte[] bytes, @ForAll @IntRange(max = 1000) int place, @ForAll char wrong) {
    String text = Bech32.encode("age", bytes);
    int position = place % text.length();
    String changed = text.substring(0, position) + wrong + text.substring(position + 1);
    if (!changed.equals(text)) {
      assertThrows(IllegalArgumentException.class, () -> Bech32.decode("age", changed));
    }
  }

  @Property
  void junkIsOnlyEverAnIllegalArgument(@ForAll String junk) {
    assertThrows(IllegalArgumentException.class, () -> Bech32.decode("age", "age1" + junk));
  }
}
