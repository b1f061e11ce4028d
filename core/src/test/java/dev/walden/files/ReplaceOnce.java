package dev.walden.files;

import java.nio.file.Path;

/** A process that replaces one file, and says so. */
final class ReplaceOnce {
  private ReplaceOnce() {}

  /** Takes the file. */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    DurableFiles.replace(file, file.resolveSibling("draft"), new byte[1000]);
    System.out.println("REPLACED");
  }
}
