package dev.walden.codec;

import java.util.List;

/** How an object is encrypted: not at all, to recipients, or with a passphrase. Immutable. */
public sealed interface Encryption permits NoEncryption, AgeEncryption {

  /** No encryption. */
  static Encryption none() {
    return NoEncryption.INSTANCE;
  }

  /**
   * Encryption to recipients: the identity of any one of them opens the object. Recipients alone
   * cannot decrypt.
   *
   * @param recipients 1 to 128
   * @throws IllegalArgumentException if there are fewer or more
   */
  static Encryption toRecipients(List<AgeRecipient> recipients) {
    return new RecipientEncryption(recipients);
  }

  /**
   * Encryption with a passphrase. With the default work factor, writing or reading an object takes
   * about a second and 256 MiB of heap; recipients cost neither.
   */
  static Encryption withPassphrase(AgePassphrase passphrase) {
    return new PassphraseEncryption(passphrase);
  }

  /**
   * Encryption to these recipients and those of this one.
   *
   * @throws IllegalArgumentException if this one is with a passphrase
   */
  Encryption andRecipients(List<AgeRecipient> recipients);

  /** The suffix of an object's name: {@code ""} or {@code ".age"}. */
  String suffix();

  /** Whether an object's header can hold its writer's signature. */
  boolean allowsSignature();

  /** Describes the encryption, without secrets. */
  @Override
  String toString();
}
