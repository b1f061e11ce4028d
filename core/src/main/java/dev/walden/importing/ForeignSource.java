package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.json.JsonObject;
import dev.walden.storage.ObjectSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** An object whose bytes can be had again from what was found, as long as that stays. */
sealed interface ForeignSource extends ObjectSource permits ForeignWal, ForeignPart {

  /** Says where it lies. */
  JsonObject reference();

  /**
   * What a reference refers to.
   *
   * @param length of the object
   */
  static ForeignSource parse(JsonObject reference, long length) throws CorruptFileException {
    return reference.has("wal")
        ? ForeignWal.at(path(reference, "wal"), length)
        : new ForeignPart(path(reference, "backup"), BackupPart.parse(reference), length);
  }

  private static Path path(JsonObject reference, String name) throws CorruptFileException {
    return reference.value(
        name,
        text -> {
          try {
            return Path.of(text);
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a path: " + text, e);
          }
        });
  }
}
