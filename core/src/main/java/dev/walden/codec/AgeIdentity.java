package dev.walden.codec;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * A secret key, {@code AGE-SECRET-KEY-1…}, which decrypts what was encrypted to its recipient. Only
 * {@link #secretKey} reveals it. Immutable.
 */
public final class AgeIdentity {
  static final String PREFIX = "AGE-SECRET-KEY-";

  private final byte[] secret;
  private final AgeRecipient recipient;

  private AgeIdentity(byte[] secret) {
    this.secret = secret;
    this.recipient = AgeRecipient.of(X25519Stanza.publicKey(secret));
  }

  /** A new identity. */
  public static AgeIdentity generate(SecureRandom random) {
    byte[] secret = new byte[X25519Stanza.KEY_LENGTH];
    random.nextBytes(secret);
    return new AgeIdentity(secret);
  }

  /**
   * Reads {@code AGE-SECRET-KEY-1…}.
   *
   * @throws IllegalArgumentException if the text is anything else; the message does not repeat it
   */
  public static AgeIdentity parse(String text) {
    byte[] secret;
    try {
      secret = Bech32.decode(PREFIX, text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an age identity: the text " + e.getMessage(), e);
    }
    if (secret.length != X25519Stanza.KEY_LENGTH) {
      throw new IllegalArgumentException("not an age identity: not 32 bytes");
    }
    return new AgeIdentity(secret);
  }

  /** The public key. */
  public AgeRecipient recipient() {
    return recipient;
  }

  /** The secret key, {@code AGE-SECRET-KEY-1…}; store it only where its owner alone can read it. */
  public String secretKey() {
    String text = Bech32.encode(PREFIX.toLowerCase(Locale.ROOT), secret);
    return text.toUpperCase(Locale.ROOT);
  }

  byte[] secret() {
    return secret;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AgeIdentity that && MessageDigest.isEqual(secret, that.secret);
  }

  @Override
  public int hashCode() {
    return recipient.hashCode();
  }

  /** Names the recipient, not the secret. */
  @Override
  public String toString() {
    return "identity of " + recipient;
  }
}
