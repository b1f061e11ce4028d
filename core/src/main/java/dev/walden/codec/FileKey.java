package dev.walden.codec;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * The 16 random bytes that encrypt one object, and the keys derived from them, as
 * age-encryption.org/v1 specifies.
 */
final class FileKey {
  static final int LENGTH = 16;
  static final int WRAPPED_LENGTH = LENGTH + 16;
  static final int DERIVED_LENGTH = 32;
  private static final byte[] NO_SALT = new byte[0];
  private static final byte[] ZERO_NONCE = new byte[12];

  private final byte[] key;

  private FileKey(byte[] key) {
    this.key = key;
  }

  static FileKey random(SecureRandom random) {
    byte[] key = new byte[LENGTH];
    random.nextBytes(key);
    return new FileKey(key);
  }

  /** Encrypts this key. A wrapping key must be used only once. */
  byte[] wrap(byte[] wrappingKey) {
    byte[] wrapped = new byte[WRAPPED_LENGTH];
    try {
      ChaCha20Poly1305 cipher = keyCipher(true, wrappingKey);
      cipher.doFinal(wrapped, cipher.processBytes(key, 0, LENGTH, wrapped, 0));
      return wrapped;
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key wrapped in {@code wrapped}, or empty if {@code wrappingKey} does not open it. */
  static Optional<FileKey> unwrap(byte[] wrapped, byte[] wrappingKey) {
    byte[] key = new byte[LENGTH];
    try {
      ChaCha20Poly1305 cipher = keyCipher(false, wrappingKey);
      cipher.doFinal(key, cipher.processBytes(wrapped, 0, WRAPPED_LENGTH, key, 0));
      return Optional.of(new FileKey(key));
    } catch (InvalidCipherTextException e) {
      return Optional.empty();
    }
  }

  private static ChaCha20Poly1305 keyCipher(boolean encrypting, byte[] wrappingKey) {
    ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
    cipher.init(encrypting, new ParametersWithIV(new KeyParameter(wrappingKey), ZERO_NONCE));
    return cipher;
  }

  /** The MAC of a header up to and including its {@code ---}. */
  byte[] headerMac(byte[] header) {
    HMac mac = new HMac(new SHA256Digest());
    mac.init(new KeyParameter(hkdf(key, NO_SALT, "header")));
    mac.update(header, 0, header.length);
    byte[] result = new byte[mac.getMacSize()];
    mac.doFinal(result, 0);
    return result;
  }

  /** The key of the payload that begins with {@code nonce}. */
  byte[] payloadKey(byte[] nonce) {
    return hkdf(key, nonce, "payload");
  }

  /** HKDF with SHA-256 (RFC 5869), 32 bytes. */
  static byte[] hkdf(byte[] secret, byte[] salt, String info) {
    HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
    hkdf.init(new HKDFParameters(secret, salt, info.getBytes(StandardCharsets.US_ASCII)));
    byte[] derived = new byte[DERIVED_LENGTH];
    hkdf.generateBytes(derived, 0, derived.length);
    return derived;
  }
}
