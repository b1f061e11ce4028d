package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * The secret Ed25519 key (RFC 8032) with which a writer signs what it stores, so that whoever only
 * owns the storage cannot forge it. Its text is PKCS #8 in PEM (RFC 8410), as {@code openssl
 * genpkey -algorithm ed25519} writes it. Only {@link #pem} reveals it. Immutable.
 */
public final class WriterKey {
  static final int LENGTH = 32;
  private static final Pem PEM = new Pem("PRIVATE KEY", "302e020100300506032b657004220420", LENGTH);

  private final byte[] secret;
  private final WriterPublicKey publicKey;

  private WriterKey(byte[] secret) {
    this.secret = secret;
    this.publicKey =
        new WriterPublicKey(
            ByteBuffer.wrap(
                new Ed25519PrivateKeyParameters(secret, 0).generatePublicKey().getEncoded()));
  }

  /** A new key. */
  public static WriterKey generate(SecureRandom random) {
    byte[] secret = new byte[LENGTH];
    random.nextBytes(secret);
    return new WriterKey(secret);
  }

  /**
   * Reads a key in PEM.
   *
   * @throws IllegalArgumentException if the text is anything else; the message does not repeat it
   */
  public static WriterKey parse(String pem) {
    return new WriterKey(PEM.decode(pem));
  }

  /**
   * Reads a file that holds a key in PEM.
   *
   * @throws CorruptFileException if it holds anything else; the message does not repeat it
   */
  public static WriterKey read(Path file) throws IOException {
    return PEM.read(file, WriterKey::parse);
  }

  /**
   * Writes the key to a new file that only its owner can read or write. Once this returns, the file
   * survives a crash.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file exists; it is left unchanged
   * @throws UnsupportedOperationException if the file system has no POSIX permissions
   */
  public void write(Path file) throws IOException {
    SecretFile.write(file, pem());
  }

  /** What verifies the signatures of this key. */
  public WriterPublicKey publicKey() {
    return publicKey;
  }

  /** The secret key in PEM; store it only where its owner alone can read it. */
  public String pem() {
    return PEM.encode(secret);
  }

  /** Signs what an object claims to be. */
  public WriterSignature sign(Claim claim) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, new Ed25519PrivateKeyParameters(secret, 0));
    byte[] text = claim.signedText();
    signer.update(text, 0, text.length);
    return new WriterSignature(publicKey, ByteBuffer.wrap(signer.generateSignature()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WriterKey that && MessageDigest.isEqual(secret, that.secret);
  }

  @Override
  public int hashCode() {
    return publicKey.hashCode();
  }

  /** Names the public key, not the secret. */
  @Override
  public String toString() {
    return "secret key of writer " + publicKey;
  }
}
