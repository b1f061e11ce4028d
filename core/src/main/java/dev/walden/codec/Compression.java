package dev.walden.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** How an object is compressed. */
public enum Compression {
  /** No compression. */
  NONE(""),
  /** The JDK's gzip, which needs no native library: ten times slower than zstd on WAL. */
  GZIP(".gz"),
  /** Zstandard, with frame checksums. */
  ZSTD(".zst");

  private static final int GZIP_BUFFER = 64 * 1024;

  private final String suffix;

  Compression(String suffix) {
    this.suffix = suffix;
  }

  /** The suffix of an object's name: {@code ""}, {@code ".gz"} or {@code ".zst"}. */
  public String suffix() {
    return suffix;
  }

  /** Fails unless this compression is usable here. */
  void requireUsable() {
    if (this == ZSTD) {
      ZstdFrame.requireUsable();
    }
  }

  /** A stream that compresses into {@code out}; closing it ends the compressed data. */
  OutputStream encoder(OutputStream out, ZstdSettings zstd) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, GZIP_BUFFER);
      case ZSTD -> ZstdFrame.encoder(out, zstd);
    };
  }

  /** A stream that decompresses {@code in}; closing it closes {@code in}. */
  InputStream decoder(String objectName, InputStream in) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP -> new GzipDecodingStream(objectName, in);
      case ZSTD -> ZstdFrame.decoder(objectName, in);
    };
  }
}
