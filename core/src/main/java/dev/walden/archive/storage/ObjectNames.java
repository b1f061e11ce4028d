package dev.walden.archive.storage;

/** Which names objects may have: the same for every storage, so that archives can be copied. */
public final class ObjectNames {
  /** The longest name, in characters. */
  public static final int MAX_LENGTH = 512;

  private ObjectNames() {}

  /**
   * Checks that a name is one or more parts of {@code A-Z a-z 0-9 . _ -} with single slashes
   * between them, that no part is {@code .} or {@code ..} or begins with a dot, and that it is at
   * most {@link #MAX_LENGTH} characters long.
   *
   * @return the name
   * @throws IllegalArgumentException if it is not
   */
  public static String check(String name) {
    boolean partBegins = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
      if (c == '/' ? partBegins : !(letter || c == '_' || c == '-' || c == '.' && !partBegins)) {
        throw illegal(name);
      }
      partBegins = c == '/';
    }
    if (partBegins || name.length() > MAX_LENGTH) {
      throw illegal(name);
    }
    return name;
  }

  private static IllegalArgumentException illegal(String name) {
    return new IllegalArgumentException("not a legal object name: \"" + name + '"');
  }
}
