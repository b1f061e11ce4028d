package dev.walden.codec;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts or decrypts the chunks of a payload, one after the other. A chunk's nonce is its number
 * and whether it is the last (the STREAM construction), so chunks can be neither moved nor omitted.
 * Uses the JDK's cipher, which is two to three times as fast as Bouncy Castle's.
 */
final class ChunkCipher {
  static final int PLAIN_LENGTH = 64 * 1024;
  static final int TAG_LENGTH = 16;
  static final int SEALED_LENGTH = PLAIN_LENGTH + TAG_LENGTH;
  static final int PAYLOAD_NONCE_LENGTH = 16;
  private static final String ALGORITHM = "ChaCha20-Poly1305";
  private static final int NONCE_LENGTH = 12;
  private static final int NUMBER_OFFSET = 3;

  private final Cipher cipher;
  private final int mode;
  private final SecretKey key;
  private final byte[] nonce = new byte[NONCE_LENGTH];
  private long chunk;

  private ChunkCipher(int mode, byte[] payloadKey) {
    this.cipher = newCipher();
    this.mode = mode;
    this.key = new SecretKeySpec(payloadKey, "ChaCha20");
  }

  static ChunkCipher sealing(byte[] payloadKey) {
    return new ChunkCipher(Cipher.ENCRYPT_MODE, payloadKey);
  }

  static ChunkCipher opening(byte[] payloadKey) {
    return new ChunkCipher(Cipher.DECRYPT_MODE, payloadKey);
  }

  static void requireUsable() {
    newCipher();
  }

  private static Cipher newCipher() {
    try {
      return Cipher.getInstance(ALGORITHM);
    } catch (NoSuchAlgorithmException | NoSuchPaddingException e) {
      throw new IllegalStateException(
          "this Java runtime lacks the cipher " + ALGORITHM + ", which age needs", e);
    }
  }

  /** The number of chunks processed so far. */
  long chunk() {
    return chunk;
  }

  /**
   * Encrypts or decrypts the next chunk, the first {@code length} bytes of {@code in}.
   *
   * @return the number of bytes written to the start of {@code out}
   * @throws AEADBadTagException if the chunk is not the one encrypted at this position, as the last
   *     or not; the content of {@code out} is then undefined
   */
  int next(byte[] in, int length, byte[] out, boolean last) throws GeneralSecurityException {
    ByteBuffer.wrap(nonce)
        .putLong(NUMBER_OFFSET, chunk)
        .put(NONCE_LENGTH - 1, (byte) (last ? 1 : 0));
    cipher.init(mode, key, new IvParameterSpec(nonce));
    chunk++;
    return cipher.doFinal(in, 0, length, out, 0);
  }
}
