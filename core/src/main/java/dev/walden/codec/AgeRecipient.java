package dev.walden.codec;

/** A public key, {@code age1…}, which can encrypt but not decrypt. Immutable. */
public final class AgeRecipient {
  private static final String PREFIX = "age";
  // Any secret detects a point of low order: the shared secret is then zero.
  private static final byte[] PROBE = new byte[X25519Stanza.KEY_LENGTH];

  private final byte[] publicKey;
  private final String text;

  private AgeRecipient(byte[] publicKey) {
    this.publicKey = publicKey;
    this.text = Bech32.encode(PREFIX, publicKey);
  }

  static AgeRecipient of(byte[] publicKey) {
    if (publicKey.length != X25519Stanza.KEY_LENGTH) {
      throw new IllegalArgumentException("not an age recipient: not 32 bytes");
    }
    try {
      X25519Stanza.agree(PROBE, publicKey);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an age recipient: " + e.getMessage(), e);
    }
    return new AgeRecipient(publicKey);
  }

  /**
   * Reads {@code age1…}, the X25519 recipients that {@code age-keygen} prints.
   *
   * @throws IllegalArgumentException if the text is anything else; the message does not repeat it,
   *     because it may be a misplaced secret key
   */
  public static AgeRecipient parse(String text) {
    if (text.startsWith(AgeIdentity.PREFIX)) {
      throw new IllegalArgumentException(
          "this is an identity, which is secret; expected its recipient, age1…");
    }
    try {
      return of(Bech32.decode(PREFIX, text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an age recipient: the text " + e.getMessage(), e);
    }
  }

  byte[] publicKey() {
    return publicKey;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AgeRecipient that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** {@code age1…}, as {@link #parse} reads it. */
  @Override
  public String toString() {
    return text;
  }
}
