package dev.walden.recovery.points;

import dev.walden.json.JsonObject;
import dev.walden.wal.record.RelFileLocator;
import java.util.Optional;

/**
 * The files of a table or index that were removed.
 *
 * @param name of the table or index, if catalogs know it
 */
public record DroppedFile(RelFileLocator file, Optional<String> name) {

  JsonObject toJson() {
    JsonObject json =
        JsonObject.create()
            .with("tablespace", file.tablespace())
            .with("database", file.database())
            .with("file", file.relation());
    name.ifPresent(text -> json.with("name", text));
    return json;
  }

  /** {@code 1663/5/16384 public.orders}. */
  @Override
  public String toString() {
    return file + name.map(text -> " " + text).orElse("");
  }
}
