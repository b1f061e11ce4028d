package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.json.JsonObject;
import dev.walden.storage.ObjectSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** An object that can be read again from foreign files, as long as they stay. */
sealed interface ForeignSource extends ObjectSource permits ForeignWal, ForeignPart {

  /** Its location. */
  JsonObject reference();

  /**
   * The source at a reference's location.
   *
   * @param length the object's length
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
