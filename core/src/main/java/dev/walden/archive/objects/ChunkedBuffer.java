package dev.walden.archive.objects;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Bytes in memory, in pieces: growing copies nothing, so that an object takes its own size and
 * little more.
 */
final class ChunkedBuffer {
  private static final int CHUNK = 1 << 18;

  private final List<byte[]> chunks = new ArrayList<>();
  private int filled = CHUNK;

  void write(byte[] bytes, int offset, int length) {
    for (int done = 0; done < length; ) {
      if (filled == CHUNK) {
        chunks.add(new byte[CHUNK]);
        filled = 0;
      }
      int n = Math.min(length - done, CHUNK - filled);
      System.arraycopy(bytes, offset + done, chunks.get(chunks.size() - 1), filled, n);
      filled += n;
      done += n;
    }
  }

  private int length(int chunk) {
    return chunk == chunks.size() - 1 ? filled : CHUNK;
  }

  void writeTo(OutputStream out) throws IOException {
    for (int i = 0; i < chunks.size(); i++) {
      out.write(chunks.get(i), 0, length(i));
    }
  }

  InputStream open() {
    List<InputStream> streams = new ArrayList<>();
    for (int i = 0; i < chunks.size(); i++) {
      streams.add(new ByteArrayInputStream(chunks.get(i), 0, length(i)));
    }
    return new SequenceInputStream(Collections.enumeration(streams));
  }
}
