package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Reads what other tools compressed: gzip, zstd and LZ4 frames, with or without checksums, so that
 * whether it is right must be proven by what it holds. What an archive of Walden's holds is read by
 * {@link Decoder}, which is stricter.
 */
public final class Decompressor {
  private static final String LZ4 = ".lz4";

  /** How the names end of files that can be read compressed. */
  public static final List<String> SUFFIXES = List.of(".gz", ".zst", LZ4);

  private static final int MAX_WINDOW_LOG = 27;

  private Decompressor() {}

  /** A file's name without {@code .gz}, {@code .zst} or {@code .lz4}. */
  public static String plainName(String fileName) {
    for (String suffix : SUFFIXES) {
      if (fileName.endsWith(suffix)) {
        return fileName.substring(0, fileName.length() - suffix.length());
      }
    }
    return fileName;
  }

  /**
   * Opens the plain bytes of a file, whose name tells how it is compressed. The stream throws
   * {@link CorruptFileException} for what is wrong or cut off, and for more than {@code
   * maxPlainLength} bytes; what {@code in} throws passes. It is used by one thread. Close it, which
   * closes {@code in}; if this method throws, {@code in} is closed already.
   */
  public static InputStream open(String fileName, InputStream in, long maxPlainLength)
      throws IOException {
    try {
      return new DecodedInputStream(
          fileName, plain(fileName, in), maxPlainLength, Optional.empty());
    } catch (IOException | RuntimeException e) {
      try (in) {
        throw e;
      }
    }
  }

  private static InputStream plain(String fileName, InputStream in) throws IOException {
    if (fileName.endsWith(".gz")) {
      return new GzipDecodingStream(fileName, in);
    }
    if (fileName.endsWith(".zst")) {
      return ZstdFrame.foreignDecoder(fileName, in, MAX_WINDOW_LOG);
    }
    return fileName.endsWith(LZ4) ? new Lz4DecodingStream(fileName, in) : in;
  }
}
