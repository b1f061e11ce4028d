package dev.walden.codec;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.github.luben.zstd.util.Native;
import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;

/**
 * Zstandard (RFC 8878), through zstd's own library. Rejects frames without a checksum, because a
 * flipped bit in one would go unnoticed.
 */
final class ZstdFrame {
  private static final int MAX_WINDOW_LOG = 23;
  private static final byte[] MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
  private static final int CHECKSUM_FLAG = 0x04;

  private ZstdFrame() {}

  static void requireUsable() {
    try {
      Native.load();
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "cannot load the zstd library. It is unpacked to java.io.tmpdir, which may be mounted"
              + " noexec: set the system property ZstdTempFolder to another folder, or use gzip",
          e);
    }
  }

  static OutputStream encoder(OutputStream out, ZstdSettings settings) throws IOException {
    ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(out, settings.level());
    try {
      zstd.setChecksum(true);
      zstd.setWorkers(settings.workers());
      return zstd;
    } catch (IOException | RuntimeException e) {
      zstd.close();
      throw e;
    }
  }

  static InputStream decoder(String objectName, InputStream in) throws IOException {
    requireUsable();
    byte[] head = new byte[MAGIC.length + 1];
    int length = in.readNBytes(head, 0, head.length);
    Magic.require(objectName, Compression.ZSTD.suffix(), MAGIC, head, length);
    if (length == head.length && (head[MAGIC.length] & CHECKSUM_FLAG) == 0) {
      throw new CorruptFileException(objectName, "the zstd frame has no checksum");
    }
    PushbackInputStream whole = new PushbackInputStream(in, head.length);
    whole.unread(head, 0, length);
    return new Decoding(objectName, new ZstdInputStreamNoFinalizer(whole), MAX_WINDOW_LOG);
  }

  /** Also reads frames without a checksum. */
  static InputStream foreignDecoder(String fileName, InputStream in, int maxWindowLog)
      throws IOException {
    requireUsable();
    byte[] head = new byte[MAGIC.length];
    int length = in.readNBytes(head, 0, head.length);
    Magic.require(fileName, Compression.ZSTD.suffix(), MAGIC, head, length);
    PushbackInputStream whole = new PushbackInputStream(in, head.length);
    whole.unread(head, 0, length);
    return new Decoding(fileName, new ZstdInputStreamNoFinalizer(whole), maxWindowLog);
  }

  private static final class Decoding extends InputStream {
    private final String objectName;
    private final ZstdInputStreamNoFinalizer zstd;
    private long plainOffset;

    Decoding(String objectName, ZstdInputStreamNoFinalizer zstd, int maxWindowLog)
        throws IOException {
      this.objectName = objectName;
      this.zstd = zstd;
      zstd.setLongMax(maxWindowLog);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        int read = zstd.read(bytes, offset, length);
        plainOffset += Math.max(read, 0);
        return read;
      } catch (ZstdIOException e) {
        throw new CorruptFileException(
            objectName,
            CorruptFileException.NO_OFFSET,
            "zstd, after " + plainOffset + " plain bytes: " + e.getMessage(),
            e);
      }
    }

    @Override
    public void close() throws IOException {
      zstd.close();
    }
  }
}
