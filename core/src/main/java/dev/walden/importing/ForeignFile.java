package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.codec.Decompressor;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/**
 * A WAL file of another tool, maybe compressed. {@code pg_receivewal} writes {@code ….gz.partial},
 * others {@code ….partial.gz}.
 *
 * @param compression the suffix of its compression, or empty
 */
record ForeignFile(WalFileName name, Path path, String compression) {
  private static final String PARTIAL = ".partial";

  /** Histories first, since later files need them; whole segments before partial ones. */
  static final Comparator<ForeignFile> ORDER =
      Comparator.<ForeignFile, Boolean>comparing(
              file -> !(file.name instanceof WalFileName.History))
          .thenComparing(file -> file.name.toString())
          .thenComparing(ForeignFile::path);

  /** Empty if the name is not that of a WAL file. */
  static Optional<ForeignFile> of(Path path) {
    String file = path.getFileName().toString();
    boolean inside = file.endsWith(PARTIAL);
    String outer = inside ? file.substring(0, file.length() - PARTIAL.length()) : file;
    String plain = Decompressor.plainName(outer);
    try {
      WalFileName name = WalFileName.parse(inside ? plain + PARTIAL : plain);
      return Optional.of(new ForeignFile(name, path, outer.substring(plain.length())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  boolean isCompressed() {
    return !compression.isEmpty();
  }

  /** The plain bytes; damage throws {@link CorruptFileException}. */
  InputStream open(long maxLength) throws IOException {
    String file = path.toString();
    String ending = file.endsWith(compression) ? "" : compression;
    return Decompressor.open(file + ending, Files.newInputStream(path), maxLength);
  }

  @Override
  public String toString() {
    return path.getFileName().toString();
  }
}
