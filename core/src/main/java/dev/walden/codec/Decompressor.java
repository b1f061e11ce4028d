package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Reads files that other tools compressed: gzip, zstd and LZ4 frames, with or without checksums, so
 * the content must be verified by other means. {@link Decoder}, which is stricter, reads Walden's
 * archives.
 */
public final class Decompressor {
  private static final String LZ4 = ".lz4";

  /** The suffixes of supported compressed files. */
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
   * Opens the plain bytes of a file, whose name states its compression. The stream throws {@link
   * CorruptFileException} for bytes that are wrong or truncated, and for more than {@code
   * maxPlainLength} bytes; exceptions of {@code in} pass unchanged. It is for use by one thread.
   * Closing it closes {@code in}; if this method throws, {@code in} is already closed.
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
