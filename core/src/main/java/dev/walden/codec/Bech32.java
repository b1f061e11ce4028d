package dev.walden.codec;

import java.io.ByteArrayOutputStream;
import java.util.Locale;

/**
 * Bech32 (BIP 173) without its limit of 90 characters, as used for age keys. Messages never repeat
 * the text, which may be a secret.
 */
final class Bech32 {
  private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  private static final int CHECKSUM_LENGTH = 6;
  private static final int[] GENERATOR = {
    0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3
  };

  private Bech32() {}

  /** Encodes in lower case. */
  static String encode(String prefix, byte[] bytes) {
    StringBuilder text = new StringBuilder(prefix).append('1');
    int checksum = start(prefix);
    int bits = 0;
    int held = 0;
    for (byte b : bytes) {
      held = held << 8 | b & 0xFF;
      for (bits += 8; bits >= 5; bits -= 5) {
        checksum = append(text, checksum, held >> bits - 5 & 31);
      }
      held &= (1 << bits) - 1;
    }
    if (bits > 0) {
      checksum = append(text, checksum, held << 5 - bits & 31);
    }
    for (int i = 0; i < CHECKSUM_LENGTH; i++) {
      checksum = step(checksum, 0);
    }
    checksum ^= 1;
    for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
      text.append(ALPHABET.charAt(checksum >> 5 * i & 31));
    }
    return text.toString();
  }

  /**
   * Decodes text that begins with {@code prefix} and has the case of {@code prefix} throughout.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static byte[] decode(String prefix, String text) {
    int from = prefix.length() + 1;
    if (!text.startsWith(prefix + "1") || text.length() < from + CHECKSUM_LENGTH) {
      throw new IllegalArgumentException("does not begin with " + prefix + "1, or is too short");
    }
    boolean upper = prefix.equals(prefix.toUpperCase(Locale.ROOT));
    String alphabet = upper ? ALPHABET.toUpperCase(Locale.ROOT) : ALPHABET;
    int checksum = start(prefix.toLowerCase(Locale.ROOT));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int bits = 0;
    int held = 0;
    for (int i = from; i < text.length(); i++) {
      int value = alphabet.indexOf(text.charAt(i));
      if (value < 0) {
        throw new IllegalArgumentException("has an invalid character at position " + (i + 1));
      }
      checksum = step(checksum, value);
      if (i < text.length() - CHECKSUM_LENGTH) {
        held = held << 5 | value;
        bits += 5;
        if (bits >= 8) {
          bits -= 8;
          bytes.write(held >> bits);
          held &= (1 << bits) - 1;
        }
      }
    }
    if (checksum != 1) {
      throw new IllegalArgumentException("has a wrong checksum; check for typos");
    }
    if (bits >= 5 || held != 0) {
      throw new IllegalArgumentException("has excess bits");
    }
    return bytes.toByteArray();
  }

  private static int append(StringBuilder text, int checksum, int value) {
    text.append(ALPHABET.charAt(value));
    return step(checksum, value);
  }

  private static int start(String prefix) {
    int checksum = 1;
    for (int i = 0; i < prefix.length(); i++) {
      checksum = step(checksum, prefix.charAt(i) >> 5);
    }
    checksum = step(checksum, 0);
    for (int i = 0; i < prefix.length(); i++) {
      checksum = step(checksum, prefix.charAt(i) & 31);
    }
    return checksum;
  }

  private static int step(int checksum, int value) {
    int top = checksum >>> 25;
    int next = (checksum & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < GENERATOR.length; i++) {
      next ^= (top >> i & 1) == 0 ? 0 : GENERATOR[i];
    }
    return next;
  }
}
