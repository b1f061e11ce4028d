package dev.walden.codec;

import java.util.List;

/** A stanza of an age header: {@code -> type arguments}, then a body in base64. */
record AgeStanza(String type, List<String> arguments, byte[] body) {
  static final int COLUMNS = 64;

  void appendTo(StringBuilder header) {
    header.append(AgeHeaderReader.STANZA).append(type);
    arguments.forEach(argument -> header.append(' ').append(argument));
    String text = AgeBase64.encode(body);
    for (int i = 0; i <= text.length(); i += COLUMNS) {
      header.append('\n').append(text, i, Math.min(text.length(), i + COLUMNS));
    }
    header.append('\n');
  }

  /** The {@code index}-th argument, which must be base64 of {@code length} bytes. */
  byte[] argument(int index, int length) {
    byte[] bytes = AgeBase64.decode(arguments.get(index));
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          "argument " + (index + 1) + " has " + bytes.length + " bytes, expected " + length);
    }
    return bytes;
  }

  void requireShape(int argumentCount, int bodyLength) {
    if (arguments.size() != argumentCount || body.length != bodyLength) {
      throw new IllegalArgumentException(
          arguments.size()
              + " arguments and a body of "
              + body.length
              + " bytes, expected "
              + argumentCount
              + " and "
              + bodyLength);
    }
  }
}
