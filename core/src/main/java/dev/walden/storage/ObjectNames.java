package dev.walden.storage;

import java.util.regex.Pattern;

/** The legal names of objects: the same for every storage, so that archives can be copied. */
public final class ObjectNames {
  /** The longest name, in characters. */
  public static final int MAX_LENGTH = 512;

  /** The longest part of a name, in characters: file systems allow no more. */
  public static final int MAX_PART_LENGTH = 255;

  private static final String PART = "[A-Za-z0-9_-][A-Za-z0-9._-]{0," + (MAX_PART_LENGTH - 1) + "}";
  private static final Pattern NAME = Pattern.compile(PART + "(/" + PART + ")*");

  private ObjectNames() {}

  /**
   * Checks that a name is one or more parts of {@code A-Z a-z 0-9 . _ -} with single slashes
   * between them, that no part is {@code .} or {@code ..} or begins with a dot or is longer than
   * {@link #MAX_PART_LENGTH}, and that it is at most {@link #MAX_LENGTH} characters long.
   *
   * @return the name
   * @throws IllegalArgumentException if it is not
   */
  public static String check(String name) {
    if (!isLegal(name)) {
      throw new IllegalArgumentException("not a legal object name: \"" + name + '"');
    }
    return name;
  }

  /** Whether {@link #check} would accept a name. */
  public static boolean isLegal(String name) {
    return name.length() <= MAX_LENGTH && NAME.matcher(name).matches();
  }
}
