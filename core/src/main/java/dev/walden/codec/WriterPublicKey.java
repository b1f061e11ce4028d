package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * A writer's public key, which verifies what it signed. Its text is a {@code SubjectPublicKeyInfo}
 * in PEM (RFC 8410), as {@code openssl pkey -pubout} writes it. Immutable.
 */
public final class WriterPublicKey {
  private static final Pem PEM =
      new Pem("PUBLIC KEY", "302a300506032b6570032100", WriterKey.LENGTH);

  private final ByteBuffer bytes;

  WriterPublicKey(ByteBuffer bytes) {
    this.bytes = bytes.asReadOnlyBuffer();
  }

  /**
   * Reads a key in PEM.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static WriterPublicKey parse(String pem) {
    return new WriterPublicKey(ByteBuffer.wrap(PEM.decode(pem)));
  }

  /**
   * Reads a file that holds a key in PEM.
   *
   * @throws CorruptFileException if it holds anything else
   */
  public static WriterPublicKey read(Path file) throws IOException {
    return PEM.read(file, WriterPublicKey::parse);
  }

  /** The key in PEM. */
  public String pem() {
    return PEM.encode(encoded());
  }

  byte[] encoded() {
    byte[] copy = new byte[WriterKey.LENGTH];
    bytes.duplicate().get(copy);
    return copy;
  }

  boolean verifies(Claim claim, byte[] signature) {
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, new Ed25519PublicKeyParameters(encoded(), 0));
    byte[] text = claim.signedText();
    verifier.update(text, 0, text.length);
    return verifier.verifySignature(signature);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WriterPublicKey that && bytes.equals(that.bytes);
  }

  @Override
  public int hashCode() {
    return bytes.hashCode();
  }

  /** The key in base64, as it stands in signed objects. */
  @Override
  public String toString() {
    return AgeBase64.encode(encoded());
  }
}
