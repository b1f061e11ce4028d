package dev.walden.recovery;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * One line of a PostgreSQL configuration file.
 *
 * <p>Source: {@code src/backend/utils/misc/guc-file.l}; the value is written as {@code ALTER
 * SYSTEM} writes it.
 *
 * @param name a parameter's name; PostgreSQL ignores its case
 * @param value any text of one line
 */
public record ConfigurationLine(String name, String value) {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_$]*(\\.[A-Za-z_][A-Za-z0-9_$]*)*");

  public ConfigurationLine {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not the name of a parameter: \"" + name + '"');
    }
    if (value.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new IllegalArgumentException(
          "the value of "
              + name
              + " holds a newline, a zero or half a character,"
              + " which no configuration file can hold");
    }
  }

  /** {@code name = 'value'} with a newline at its end. */
  public String line() {
    return name + " = '" + value.replace("'", "''").replace("\\", "\\\\") + "'\n";
  }

  /** The name only: a value may hold a password. */
  @Override
  public String toString() {
    return name;
  }
}
