package dev.walden.recovery.restore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a data directory's {@code postgresql.conf}, the files that it includes and {@code
 * postgresql.auto.conf} set, as far as they can be read.
 *
 * <p>Source: {@code src/backend/utils/misc/guc-file.l} and {@code conffiles.c}.
 */
final class ConfigurationFiles {
  // CONF_FILE_MAX_DEPTH in src/include/utils/conffiles.h
  private static final int MAX_DEPTH = 10;
  private static final long MAX_SIZE = 1 << 24;
  private static final Pattern LINE =
      Pattern.compile("[ \\t\\r]*+([\\w.$]++)[ \\t\\r]*+=?[ \\t\\r]*+(.*)", Pattern.DOTALL);
  private static final Pattern UNQUOTED = Pattern.compile("[^ \\t\\r#']*+");

  private final Map<String, String> values = new HashMap<>();
  private final List<Path> unread = new ArrayList<>();

  private ConfigurationFiles() {}

  static ConfigurationFiles of(Path dataDirectory) {
    ConfigurationFiles files = new ConfigurationFiles();
    for (String name : List.of("postgresql.conf", "postgresql.auto.conf")) {
      files.read(dataDirectory.resolve(name), true, 0);
    }
    return files;
  }

  /** The value of a setting; the last one wins. */
  Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Included files that are missing or cannot be read. */
  List<Path> unread() {
    return unread.stream().distinct().toList();
  }

  private void read(Path file, boolean optional, int depth) {
    if (optional && !Files.exists(file)) {
      return;
    }
    try {
      if (depth > MAX_DEPTH || !Files.isRegularFile(file) || Files.size(file) > MAX_SIZE) {
        unread.add(file);
        return;
      }
      for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
        Matcher m = LINE.matcher(line);
        if (m.matches()) {
          // one char for each byte until the value's end is found
          byte[] value = unquoted(m.group(2)).getBytes(StandardCharsets.ISO_8859_1);
          String text = new String(value, StandardCharsets.UTF_8);
          take(file, m.group(1).toLowerCase(Locale.ROOT), text, depth);
        }
      }
    } catch (IOException e) {
      unread.add(file);
    }
  }

  private void take(Path file, String name, String value, int depth) {
    try {
      switch (name) {
        case "include" -> read(file.resolveSibling(value), false, depth + 1);
        case "include_if_exists" -> read(file.resolveSibling(value), true, depth + 1);
        case "include_dir" -> readAll(file.resolveSibling(value), depth + 1);
        default -> values.put(name, value);
      }
    } catch (InvalidPathException e) {
      unread.add(file);
    }
  }

  private void readAll(Path directory, int depth) {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> isConfiguration(file.getFileName().toString()))
          .sorted()
          .forEach(file -> read(file, false, depth));
    } catch (IOException e) {
      unread.add(directory);
    }
  }

  private static boolean isConfiguration(String name) {
    return name.endsWith(".conf") && !name.startsWith(".");
  }

  /** A value without its quotes, and with each escaped character as it is. */
  private static String unquoted(String text) {
    if (!text.startsWith("'")) {
      Matcher m = UNQUOTED.matcher(text);
      return m.lookingAt() ? m.group() : "";
    }
    StringBuilder value = new StringBuilder();
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair = i + 1 < text.length() && (c == '\\' || text.charAt(i + 1) == '\'');
      if (c == '\'' && !pair) {
        break;
      }
      if (pair && (c == '\\' || c == '\'')) {
        i++;
      }
      value.append(text.charAt(i));
    }
    return value.toString();
  }
}
