package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeKeysTest {
  /** A pair printed by age-keygen 1.1.1. */
  private static final String PUBLIC =
      "age1maj5dez0mmplf43f6awlshgjx8dxvtx7jq53eghdlwvzv24zveds090gpj";

  private static final String SECRET =
      "AGE-SECRET-KEY-13JVKRXQ5HJ2HX2ZUSR9N396063696HCHEZHNP2HS36HDA4J2DN6QF3PY2W";

  @Test
  void readsWhatAgeKeygenPrints() {
    AgeIdentity identity = AgeIdentity.parse(SECRET);
    assertEquals(PUBLIC, identity.recipient().toString());
    assertEquals(AgeRecipient.parse(PUBLIC), identity.recipient());
    assertEquals(SECRET, identity.secretKey());
    assertEquals(AgeIdentity.parse(SECRET), identity);
    assertNotEquals(Samples.IDENTITY, identity);
  }

  @Test
  void aNewIdentityIsItsOwn() {
    AgeIdentity first = AgeIdentity.generate(new SecureRandom());
    AgeIdentity second = AgeIdentity.generate(new SecureRandom());
    assertNotEquals(first, second);
    assertEquals(first, AgeIdentity.parse(first.secretKey()));
  }

  @Test
  void onlySecretKeyShowsTheSecret() {
    AgeIdentity identity = AgeIdentity.parse(SECRET);
    assertEquals("identity of " + PUBLIC, identity.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 20, 40, 61})
  void aMistypedRecipientIsRefused(int position) {
    char other = PUBLIC.charAt(position) == 'q' ? 'p' : 'q';
    String mistyped = PUBLIC.substring(0, position) + other + PUBLIC.substring(position + 1);
    assertThrows(IllegalArgumentException.class, () -> AgeRecipient.parse(mistyped));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "age1",
        "age1qqqqqqqq",
        "age1é",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ",
        "age1zvkyg"
      })
  void textThatIsNoRecipientIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> AgeRecipient.parse(text));
    assertThrows(IllegalArgumentException.class, () -> AgeRecipient.parse(PUBLIC + text + " "));
    assertThrows(
        IllegalArgumentException.class, () -> AgeRecipient.parse(PUBLIC.toUpperCase(Locale.ROOT)));
  }

  @Test
  void aSecretInTheWrongPlaceIsNotRepeated() {
    String damaged = SECRET.substring(0, SECRET.length() - 1);
    for (String text : new String[] {SECRET, damaged}) {
      assertSilent(() -> AgeRecipient.parse(text));
    }
    assertSilent(() -> AgeIdentity.parse(damaged));
    assertSilent(() -> AgeIdentity.parse(SECRET + " "));
    assertSilent(() -> AgeIdentity.parse(SECRET.toLowerCase(Locale.ROOT)));
  }

  private static void assertSilent(Executable parse) {
    Throwable e = assertThrows(IllegalArgumentException.class, parse);
    for (Throwable t = e; t != null; t = t.getCause()) {
      assertFalse(
          t.getMessage().toUpperCase(Locale.ROOT).contains(SECRET.substring(20, 30)),
          t.getMessage());
    }
  }

  /** The points of order 1, 2, 4 and 8 on Curve25519 and on its twist, little-endian. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
      })
  void aRecipientOfLowOrderIsRefused(String point) {
    String text = Bech32.encode("age", HexFormat.of().parseHex(point));
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> AgeRecipient.parse(text), point);
    assertTrue(e.getMessage().contains("low order"), e.getMessage());
  }

  @Test
  void passphrasesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> AgePassphrase.of(new char[0]));
    assertThrows(IllegalArgumentException.class, () -> AgePassphrase.of(new char[] {'\ud800'}));
    assertThrows(IllegalArgumentException.class, () -> AgePassphrase.of(new char[] {'x'}, 0));
    assertThrows(IllegalArgumentException.class, () -> AgePassphrase.of(new char[] {'x'}, 23));
    assertThrows(IllegalArgumentException.class, () -> DecryptionKeys.none().withMaxWorkFactor(23));
  }

  @Test
  void aPassphraseIsCopied() throws Exception {
    char[] characters = "correct horse".toCharArray();
    AgePassphrase passphrase = AgePassphrase.of(characters, 1);
    Arrays.fill(characters, 'x');
    Codec codec = new Codec(Compression.NONE, Encryption.withPassphrase(passphrase));
    byte[] stored = Samples.encode(codec, new byte[3]);
    DecryptionKeys keys = DecryptionKeys.none().and(Samples.PASSPHRASE);
    assertEquals(3, Samples.decode("x.age", stored, keys).length);
  }
}
