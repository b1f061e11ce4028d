package dev.walden.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A passphrase and its work factor. Never shown. Immutable. */
public final class AgePassphrase {
  /** The default of {@code age -p}: about a second, and 256 MiB of heap. */
  public static final int DEFAULT_WORK_FACTOR = 18;

  private final byte[] utf8;
  private final int workFactor;

  private AgePassphrase(byte[] utf8, int workFactor) {
    this.utf8 = utf8;
    this.workFactor = workFactor;
  }

  /** With the default work factor. The characters are copied; the caller may clear the array. */
  public static AgePassphrase of(char[] characters) {
    return of(characters, DEFAULT_WORK_FACTOR);
  }

  /**
   * With a custom work factor for writing. Reading uses the work factor of the object.
   *
   * @param workFactor 1 to 22; each step doubles time and heap
   * @throws IllegalArgumentException if the passphrase is empty or not valid Unicode, or the work
   *     factor out of range
   */
  public static AgePassphrase of(char[] characters, int workFactor) {
    if (workFactor < 1 || workFactor > ScryptStanza.MAX_WORK_FACTOR) {
      throw new IllegalArgumentException(
          "work factor " + workFactor + " is not in 1.." + ScryptStanza.MAX_WORK_FACTOR);
    }
    if (characters.length == 0) {
      throw new IllegalArgumentException("the passphrase is empty");
    }
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(characters));
      byte[] utf8 = new byte[encoded.remaining()];
      encoded.get(utf8);
      return new AgePassphrase(utf8, workFactor);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the passphrase is not valid Unicode", e);
    }
  }

  byte[] utf8() {
    return utf8;
  }

  int workFactor() {
    return workFactor;
  }

  @Override
  public String toString() {
    return "a passphrase";
  }
}
