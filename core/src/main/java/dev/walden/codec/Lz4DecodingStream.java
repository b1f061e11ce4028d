package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.jspecify.annotations.Nullable;

/** Reads all frames of a file in LZ4's frame format, through Commons Compress. */
final class Lz4DecodingStream extends InputStream {
  private final String fileName;
  private final InputStream frames;
  private final Source source;
  private long plainOffset;

  Lz4DecodingStream(String fileName, InputStream in) throws IOException {
    this.fileName = fileName;
    this.source = new Source(new BufferedInputStream(in, 1 << 16));
    try {
      this.frames = new FramedLZ4CompressorInputStream(source, true);
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      int read = frames.read(bytes, offset, length);
      plainOffset += Math.max(read, 0);
      return read;
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  /** The library has no exception type for damage; failures of the input pass unchanged. */
  private IOException damaged(Exception e) throws IOException {
    if (source.failure != null) {
      throw source.failure;
    }
    return new CorruptFileException(
        fileName,
        CorruptFileException.NO_OFFSET,
        "lz4, after "
            + plainOffset
            + " plain bytes: "
            + (e instanceof EOFException ? "truncated" : e.getMessage()),
        e);
  }

  @Override
  public void close() throws IOException {
    frames.close();
  }

  private static final class Source extends FilterInputStream {
    private @Nullable IOException failure;

    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
