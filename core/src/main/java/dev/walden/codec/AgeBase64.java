package dev.walden.codec;

import java.util.Base64;

/** Base64 (RFC 4648) without padding, in its canonical form only. */
final class AgeBase64 {
  private AgeBase64() {}

  static String encode(byte[] bytes) {
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * @throws IllegalArgumentException if {@code text} is not what {@link #encode} gives for any
   *     bytes
   */
  static byte[] decode(String text) {
    byte[] bytes = Base64.getDecoder().decode(text);
    if (!encode(bytes).equals(text)) {
      throw new IllegalArgumentException("base64 that is padded or not canonical");
    }
    return bytes;
  }
}
