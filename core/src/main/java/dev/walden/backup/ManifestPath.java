package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * The path of a file in a base backup, relative to the data directory: one or more parts with
 * single slashes between them, none of them {@code .} or {@code ..}, so that it never leads out of
 * the directory. PostgreSQL's file names are bytes; a manifest prints UTF-8 names as text and
 * encodes the others.
 */
public final class ManifestPath {
  /** The longest path, in bytes. */
  public static final int MAX_LENGTH = 4096;

  private final byte[] bytes;
  private final boolean encoded;

  private ManifestPath(byte[] bytes, boolean encoded) {
    this.bytes = bytes;
    this.encoded = encoded;
    check();
  }

  /**
   * A path that a manifest prints as text.
   *
   * @throws IllegalArgumentException if it is not relative, leads out, is longer than {@link
   *     #MAX_LENGTH}, or is not Unicode text
   */
  public static ManifestPath of(String path) {
    try {
      ByteBuffer utf8 = UTF_8.newEncoder().encode(CharBuffer.wrap(path));
      byte[] bytes = new byte[utf8.remaining()];
      utf8.get(bytes);
      return new ManifestPath(bytes, false);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not Unicode text: \"" + path + '"', e);
    }
  }

  /**
   * A path that a manifest prints encoded, with any bytes.
   *
   * @throws IllegalArgumentException if it is not relative, leads out, or is longer than {@link
   *     #MAX_LENGTH}
   */
  public static ManifestPath encoded(byte[] path) {
    return new ManifestPath(path.clone(), true);
  }

  /**
   * A path that a manifest prints as a server would: as text if it is UTF-8, else encoded.
   *
   * @throws IllegalArgumentException as {@link #encoded}
   */
  public static ManifestPath of(byte[] path) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(path));
      return new ManifestPath(path.clone(), false);
    } catch (CharacterCodingException e) {
      return encoded(path);
    }
  }

  private void check() {
    if (bytes.length > MAX_LENGTH) {
      throw new IllegalArgumentException("invalid path length: " + bytes.length + " bytes");
    }
    int begin = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        if (!isName(begin, i)) {
          throw new IllegalArgumentException("not a path within a data directory: \"" + this + '"');
        }
        begin = i + 1;
      }
    }
  }

  private boolean isName(int begin, int end) {
    int dots = 0;
    for (int i = begin; i < end; i++) {
      if (bytes[i] == 0) {
        return false;
      }
      dots += bytes[i] == '.' ? 1 : 0;
    }
    return end > begin && !(dots == end - begin && dots <= 2);
  }

  /** The bytes of the path on the server. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Whether a manifest prints it encoded. */
  public boolean isEncoded() {
    return encoded;
  }

  /** Compares the bytes, regardless of how they are printed. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ManifestPath that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /**
   * The path as text; U+FFFD replaces bytes that are not UTF-8, so different paths may look alike.
   */
  @Override
  public String toString() {
    return new String(bytes, UTF_8);
  }
}
