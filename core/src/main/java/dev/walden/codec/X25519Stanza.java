package dev.walden.codec;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.agreement.X25519Agreement;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;

/**
 * The file key wrapped for one recipient: an ephemeral public key, and the file key encrypted with
 * the secret shared by the ephemeral key and the recipient.
 */
record X25519Stanza(byte[] share, byte[] wrapped) {
  static final String TYPE = "X25519";
  static final int KEY_LENGTH = 32;
  private static final String INFO = "age-encryption.org/v1/X25519";

  static X25519Stanza parse(AgeStanza stanza) {
    stanza.requireShape(1, FileKey.WRAPPED_LENGTH);
    return new X25519Stanza(stanza.argument(0, KEY_LENGTH), stanza.body());
  }

  AgeStanza toStanza() {
    return new AgeStanza(TYPE, List.of(AgeBase64.encode(share)), wrapped);
  }

  static X25519Stanza wrap(FileKey fileKey, AgeRecipient recipient, SecureRandom random) {
    byte[] ephemeral = new byte[KEY_LENGTH];
    random.nextBytes(ephemeral);
    byte[] share = publicKey(ephemeral);
    byte[] shared = agree(ephemeral, recipient.publicKey());
    byte[] wrappingKey = FileKey.hkdf(shared, concat(share, recipient.publicKey()), INFO);
    return new X25519Stanza(share, fileKey.wrap(wrappingKey));
  }

  /**
   * The file key, if the stanza is for {@code identity}.
   *
   * @throws IllegalArgumentException if the share is a point of low order
   */
  Optional<FileKey> unwrap(AgeIdentity identity) {
    byte[] shared = agree(identity.secret(), share);
    byte[] salt = concat(share, identity.recipient().publicKey());
    return FileKey.unwrap(wrapped, FileKey.hkdf(shared, salt, INFO));
  }

  static byte[] publicKey(byte[] secret) {
    return new X25519PrivateKeyParameters(secret).generatePublicKey().getEncoded();
  }

  /**
   * @throws IllegalArgumentException if {@code publicKey} is a point of low order, whose shared
   *     secret is the same with every key
   */
  static byte[] agree(byte[] secret, byte[] publicKey) {
    X25519Agreement agreement = new X25519Agreement();
    agreement.init(new X25519PrivateKeyParameters(secret));
    byte[] shared = new byte[agreement.getAgreementSize()];
    try {
      agreement.calculateAgreement(new X25519PublicKeyParameters(publicKey), shared, 0);
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException("an X25519 point of low order", e);
    }
    return shared;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = new byte[a.length + b.length];
    System.arraycopy(a, 0, both, 0, a.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
