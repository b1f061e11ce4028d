package dev.walden.importing;

import dev.walden.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A part of a backup, rebuilt from the files whenever it is read. */
record ForeignPart(Path folder, BackupPart part, long length) implements ForeignSource {

  @Override
  public InputStream open() throws IOException {
    return new PartInputStream(BackupFolder.of(folder).open(part, BackupFolder.SideFiles.IGNORED));
  }

  @Override
  public JsonObject reference() {
    return part.addTo(JsonObject.create().with("backup", folder.toString()));
  }
}
