package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.json.JsonObject;

/**
 * Some of the files of a backup: those in one archive, or, in plain format, a range in manifest
 * order. The first part includes all directories.
 *
 * @param archive its name without any suffix; empty in plain format
 * @param first how many files precede it
 */
record BackupPart(String archive, long first, long count) {

  static BackupPart ofArchive(String archive) {
    return new BackupPart(archive, 0, 0);
  }

  static BackupPart ofFiles(long first, long count) {
    return new BackupPart("", first, count);
  }

  static BackupPart parse(JsonObject json) throws CorruptFileException {
    return json.has("archive")
        ? ofArchive(json.text("archive"))
        : ofFiles(json.number("first"), json.number("count"));
  }

  JsonObject addTo(JsonObject json) {
    return archive.isEmpty()
        ? json.with("first", first).with("count", count)
        : json.with("archive", archive);
  }
}
