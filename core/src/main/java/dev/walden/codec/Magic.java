package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Checks the first bytes of an object against its suffix. */
final class Magic {
  private static final int SHOWN = 4;

  private Magic() {}

  /** Fails unless the first {@code length} bytes of {@code head} begin with {@code magic}. */
  static void require(String objectName, String suffix, byte[] magic, byte[] head, int length)
      throws CorruptFileException {
    int compared = Math.min(length, magic.length);
    if (!Arrays.equals(magic, 0, compared, head, 0, compared)) {
      throw new CorruptFileException(
          objectName,
          0,
          "expected " + describe(magic) + " by its suffix " + suffix + ", found " + found(head));
    }
    if (compared < magic.length) {
      throw new CorruptFileException(
          objectName, length, "ends in the first bytes of " + describe(magic));
    }
  }

  private static String found(byte[] head) {
    String known = describe(head);
    return known.isEmpty()
        ? "the bytes " + HexFormat.of().formatHex(head, 0, Math.min(SHOWN, head.length))
        : known;
  }

  @SuppressWarnings("UnicodeEscape") // bytes, not text
  private static String describe(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("\u0028\u00B5\u002F\u00FD")) {
      return "zstd";
    }
    if (text.startsWith("\u001F\u008B")) {
      return "gzip";
    }
    return text.startsWith("age-e") ? "age" : "";
  }
}
