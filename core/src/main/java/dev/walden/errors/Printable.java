package dev.walden.errors;

import java.util.Locale;

/**
 * Text of others as a terminal may show it: names in the WAL can hold any byte, and so sequences
 * that rewrite what is on the screen.
 */
public final class Printable {
  private Printable() {}

  /** The same text, with control and format characters as {@code \u001b}. */
  public static String of(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              int type = Character.getType(c);
              if (type == Character.CONTROL
                  || type == Character.FORMAT
                  || type == Character.LINE_SEPARATOR
                  || type == Character.PARAGRAPH_SEPARATOR) {
                printable.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                printable.appendCodePoint(c);
              }
            });
    return printable.toString();
  }
}
