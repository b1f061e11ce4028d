package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Function;

/**
 * Keys of one kind in PEM: a fixed DER prefix, then the key's bytes.
 *
 * @param label what follows {@code BEGIN}
 * @param prefix the DER bytes before the key's, in hexadecimal
 * @param length of the key in bytes
 */
record Pem(String label, String prefix, int length) {
  private static final int MAX_LENGTH = 4096;

  String encode(byte[] key) {
    byte[] before = HexFormat.of().parseHex(prefix);
    byte[] der = Arrays.copyOf(before, before.length + length);
    System.arraycopy(key, 0, der, before.length, length);
    return begin() + "\n" + Base64.getEncoder().encodeToString(der) + "\n" + end() + "\n";
  }

  /**
   * @throws IllegalArgumentException if the text is no such key; the message does not repeat it
   */
  byte[] decode(String text) {
    String trimmed = text.length() > MAX_LENGTH ? "" : text.strip();
    if (!trimmed.startsWith(begin()) || !trimmed.endsWith(end())) {
      throw wrong();
    }
    String body =
        trimmed.substring(
            begin().length(), Math.max(begin().length(), trimmed.length() - end().length()));
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(body.getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw wrong();
    }
    byte[] before = HexFormat.of().parseHex(prefix);
    if (der.length != before.length + length
        || !Arrays.equals(der, 0, before.length, before, 0, before.length)) {
      throw wrong();
    }
    return Arrays.copyOfRange(der, before.length, der.length);
  }

  /** Reads a file that holds one key. */
  <T> T read(Path file, Function<String, T> parse) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_LENGTH + 1);
    }
    try {
      return parse.apply(new String(bytes, StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file.toString(), "is " + e.getMessage());
    }
  }

  private String begin() {
    return "-----BEGIN " + label + "-----";
  }

  private String end() {
    return "-----END " + label + "-----";
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException(
        "not an Ed25519 " + label.toLowerCase(Locale.ROOT) + " in PEM");
  }
}
