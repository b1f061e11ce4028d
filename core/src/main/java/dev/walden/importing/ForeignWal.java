package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.codec.Decompressor;
import dev.walden.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A whole segment in a foreign file.
 *
 * @param plain its plain bytes for now
 */
record ForeignWal(ForeignFile file, long length, @Nullable PlainFile plain)
    implements ForeignSource {

  static ForeignWal at(Path path, long length) throws CorruptFileException {
    ForeignFile file =
        ForeignFile.of(path)
            .orElseThrow(
                () ->
                    new CorruptFileException(
                        path.toString(), "does not have the name of a WAL file"));
    return new ForeignWal(file, length, null);
  }

  @Override
  public InputStream open() throws IOException {
    return plain == null ? present().open(length) : Files.newInputStream(plain.path());
  }

  /** The file may have been compressed since; the digest shows whether it is the same. */
  private ForeignFile present() {
    if (!Files.exists(file.path())) {
      for (String suffix : Decompressor.SUFFIXES) {
        Path other = file.path().resolveSibling(file.name() + suffix);
        if (Files.exists(other)) {
          return new ForeignFile(file.name(), other, suffix);
        }
      }
    }
    return file;
  }

  @Override
  public JsonObject reference() {
    return JsonObject.create().with("wal", file.path().toAbsolutePath().normalize().toString());
  }
}
