package dev.walden.server.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads the messages of PostgreSQL's protocol 3 in place, in one buffer: a type byte, a length of
 * four bytes that includes itself, a body. A timeout of the stream loses nothing: the bytes of an
 * incomplete message stay in the buffer.
 *
 * <p>The buffer grows only with bytes that have arrived, and never beyond the limit, which is far
 * above any message of a walsender of PostgreSQL 14 to 18 (at most 128 KiB of WAL, or 32 KiB of a
 * base backup). Not safe for use by several threads.
 *
 * <p>Source: {@code src/interfaces/libpq/fe-protocol3.c}; the manual's "Message Formats".
 */
final class BackendMessageReader {
  /** The longest message accepted, in bytes. */
  static final int MAX_MESSAGE = 64 << 20;

  private static final int HEADER = 5;
  private static final int INITIAL_BUFFER = 256 << 10;
  private static final int MIN_ROOM = 16 << 10;

  private final InputStream in;
  private byte[] buffer = new byte[INITIAL_BUFFER];
  private int filled;
  private int next;
  private int body;
  private char type;

  BackendMessageReader(InputStream in) {
    this.in = in;
  }

  /**
   * Reads one message.
   *
   * @return whether a whole message is available; if not, the stream's timeout has passed
   * @throws EOFException if the peer has closed the connection
   * @throws ProtocolException if the length is impossible
   */
  boolean read() throws IOException {
    while (!parse()) {
      makeRoom();
      int n;
      try {
        n = in.read(buffer, filled, buffer.length - filled);
      } catch (SocketTimeoutException e) {
        return false;
      }
      if (n < 0) {
        throw new EOFException("the server closed the connection");
      }
      filled += n;
    }
    return true;
  }

  private boolean parse() throws ProtocolException {
    if (filled - next < HEADER) {
      return false;
    }
    int length = length();
    if (length > filled - next - 1) {
      return false;
    }
    type = (char) (buffer[next] & 0xFF);
    body = next + HEADER;
    next += 1 + length;
    return true;
  }

  private int length() throws ProtocolException {
    int length = ByteBuffer.wrap(buffer, next + 1, 4).getInt();
    if (length < 4 || length >= MAX_MESSAGE) {
      throw new ProtocolException(
          "a message of type "
              + (buffer[next] & 0xFF)
              + " claims to be "
              + Integer.toUnsignedString(length)
              + " bytes long (4 to "
              + MAX_MESSAGE
              + ")");
    }
    return length;
  }

  private void makeRoom() {
    if (next == filled) {
      next = 0;
      filled = 0;
    } else if (buffer.length - filled < MIN_ROOM && next > 0) {
      System.arraycopy(buffer, next, buffer, 0, filled - next);
      filled -= next;
      next = 0;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
  }

  /** Whether more, maybe only a part of a message, can be read without waiting. */
  boolean hasMore() throws IOException {
    return filled > next || in.available() > 0;
  }

  /** The type of the message last read. */
  char type() {
    return type;
  }

  /** The body of the message last read, in place: valid until the next read. */
  ByteBuffer body() {
    return ByteBuffer.wrap(buffer, body, next - body);
  }
}
