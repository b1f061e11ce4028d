package dev.walden.server.receive.upstream;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The setting {@code synchronous_standby_names}: {@code a, "B b"}, {@code 2 (a, b)}, {@code FIRST 1
 * (a)}, {@code ANY 1 (*)}.
 *
 * <p>Source: {@code src/backend/replication/syncrep_gram.y}, {@code syncrep_scanner.l}, {@code
 * SyncRepGetStandbyPriority} in {@code syncrep.c}.
 */
public final class SynchronousStandbyNames {
  private static final Pattern METHOD =
      Pattern.compile(
          "\\s*(?:(?:ANY|FIRST)\\s+)?[0-9]+\\s*\\((.*)\\)\\s*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("\"((?:[^\"]|\"\")*)\"|[^\\s,\"]+");

  private SynchronousStandbyNames() {}

  /** Whether a standby of this name is meant; case does not matter. */
  public static boolean contain(String setting, String name) {
    Matcher method = METHOD.matcher(setting);
    Matcher names = NAME.matcher(method.matches() ? method.group(1) : setting);
    while (names.find()) {
      String quoted = names.group(1);
      String one = quoted == null ? names.group() : quoted.replace("\"\"", "\"");
      if (one.equals("*") || fold(one).equals(fold(name))) {
        return true;
      }
    }
    return false;
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
