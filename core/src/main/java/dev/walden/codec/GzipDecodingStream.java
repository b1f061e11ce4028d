package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads gzip members (RFC 1952) up to the end of the underlying stream. The JDK's stream takes
 * garbage after a member, and even a read failure there, for the end.
 */
final class GzipDecodingStream extends InputStream {
  private static final byte[] MAGIC = {0x1F, (byte) 0x8B};
  private static final int MAX_HEADER_FIELD = 64 * 1024;
  private static final int DEFLATED = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xE0;

  private final String objectName;
  private final InputStream in;
  private final byte[] buffer = new byte[64 * 1024];
  private int position;
  private int limit;
  private long consumed;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 dataCrc = new CRC32();
  private final CRC32 headerCrc = new CRC32();
  private boolean inMember;
  private long members;

  GzipDecodingStream(String objectName, InputStream in) throws IOException {
    this.objectName = objectName;
    this.in = in;
    try {
      readHeader();
    } catch (IOException e) {
      inflater.end();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    while (length > 0) {
      if (!inMember) {
        if (position == limit && !fill()) {
          return -1;
        }
        readHeader();
      }
      int inflated = inflate(bytes, offset, length);
      if (inflated > 0) {
        dataCrc.update(bytes, offset, inflated);
        return inflated;
      }
      if (inflater.finished()) {
        readTrailer();
        inMember = false;
      } else if (inflater.needsInput()) {
        if (!fill()) {
          throw corrupt("ends within a gzip member");
        }
        inflater.setInput(buffer, 0, limit);
      } else {
        throw corrupt("gzip: the data needs a preset dictionary");
      }
    }
    return 0;
  }

  private int inflate(byte[] bytes, int offset, int length) throws CorruptFileException {
    try {
      int inflated = inflater.inflate(bytes, offset, length);
      position = limit - inflater.getRemaining();
      return inflated;
    } catch (DataFormatException e) {
      position = limit - inflater.getRemaining();
      throw corrupt("gzip: " + e.getMessage());
    }
  }

  private void readHeader() throws IOException {
    headerCrc.reset();
    readMagic();
    int method = next();
    int flags = next();
    if (method != DEFLATED || (flags & RESERVED) != 0) {
      throw corrupt("gzip: unknown method " + method + " or flags " + flags);
    }
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    skipText(flags & NAME);
    skipText(flags & COMMENT);
    long expected = headerCrc.getValue() & 0xFFFF;
    if ((flags & HEADER_CRC) != 0 && expected != (next() | next() << 8)) {
      throw corrupt("gzip: the header's checksum is wrong");
    }
    inMember = true;
    members++;
    dataCrc.reset();
    inflater.reset();
    inflater.setInput(buffer, position, limit - position);
  }

  private void readMagic() throws IOException {
    byte[] magic = new byte[MAGIC.length];
    int length = 0;
    while (length < magic.length && (position < limit || fill())) {
      magic[length++] = (byte) next();
    }
    if (members == 0) {
      Magic.require(objectName, Compression.GZIP.suffix(), MAGIC, magic, length);
    } else if (!Arrays.equals(magic, MAGIC)) {
      throw corrupt("data that is not gzip follows the last member");
    }
  }

  private void readTrailer() throws IOException {
    long crc = nextInt();
    if (crc != dataCrc.getValue()) {
      throw corrupt("gzip: the data's checksum is wrong");
    }
    if (nextInt() != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
      throw corrupt("gzip: the data's length is wrong");
    }
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      next();
    }
  }

  private void skipText(int flag) throws IOException {
    for (int i = 0; flag != 0 && next() != 0; i++) {
      if (i == MAX_HEADER_FIELD) {
        throw corrupt("gzip: a header field exceeds " + MAX_HEADER_FIELD + " bytes");
      }
    }
  }

  private long nextInt() throws IOException {
    return next() | next() << 8 | next() << 16 | (long) next() << 24;
  }

  private int next() throws IOException {
    if (position == limit && !fill()) {
      throw corrupt("ends within a gzip header or trailer");
    }
    headerCrc.update(buffer[position]);
    return buffer[position++] & 0xFF;
  }

  private boolean fill() throws IOException {
    consumed += limit;
    position = 0;
    limit = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    return limit > 0;
  }

  private CorruptFileException corrupt(String problem) {
    return new CorruptFileException(
        objectName,
        CorruptFileException.NO_OFFSET,
        problem + " (compressed byte " + (consumed + position) + ")",
        null);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
