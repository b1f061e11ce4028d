package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.json.JsonObject;

/**
 * Some of the files of a backup: those in one archive, or, in plain format, so many in the order of
 * the manifest. The first ones come with all directories.
 *
 * @param archive its name without any ending; empty in plain format
 * @param first how many files come before
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
