package dev.walden.backup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes {@code files.json}, a backup's list of files: the path below the data directory, the size,
 * the checksum, and the number of the part that holds each file. Nothing is kept in memory.
 */
public final class BackupFileList {
  private static final int FORMAT = 1;

  private final JsonGenerator json;

  /** Begins a list; {@code out} stays open. */
  public BackupFileList(OutputStream out) throws IOException {
    json =
        JsonFactory.builder()
            .build()
            .createGenerator(out)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.writeStartObject();
    json.writeNumberField("format", FORMAT);
    json.writeArrayFieldStart("files");
  }

  public void add(TarMember file, int part, BackupChecksum.Algorithm algorithm, String checksum)
      throws IOException {
    json.writeRaw('\n');
    json.writeStartObject();
    json.writeStringField("path", file.path());
    json.writeNumberField("size", file.size());
    json.writeNumberField("part", part);
    if (algorithm != BackupChecksum.Algorithm.NONE) {
      json.writeStringField("algorithm", algorithm.name());
      json.writeStringField("checksum", checksum);
    }
    json.writeEndObject();
  }

  /** Ends the list. */
  public void finish() throws IOException {
    json.writeEndArray();
    json.writeEndObject();
    json.writeRaw('\n');
    json.close();
  }
}
