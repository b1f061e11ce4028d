package dev.walden.codec;

import java.util.Base64;

/** Base64 (RFC 4648) without padding, only in canonical form. */
final class AgeBase64 {
  private AgeBase64() {}

  static String encode(byte[] bytes) {
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * @throws IllegalArgumentException if {@link #encode} never returns {@code text}
   */
  static byte[] decode(String text) {
    byte[] bytes = Base64.getDecoder().decode(text);
    if (!encode(bytes).equals(text)) {
      throw new IllegalArgumentException("padded or non-canonical base64");
    }
    return bytes;
  }
}
