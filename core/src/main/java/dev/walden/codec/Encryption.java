package dev.walden.codec;

import java.util.List;

/** How an object is encrypted: not at all, to recipients, or with a passphrase. Immutable. */
public sealed interface Encryption permits NoEncryption, AgeEncryption {

  /** No encryption. */
  static Encryption none() {
    return NoEncryption.INSTANCE;
  }

  /**
   * Encryption that the identity of any one of {@code recipients} opens. What encrypts cannot
   * decrypt.
   *
   * @param recipients 1 to 128
   * @throws IllegalArgumentException if there are fewer or more
   */
  static Encryption toRecipients(List<AgeRecipient> recipients) {
    return new RecipientEncryption(recipients);
  }

  /**
   * Encryption that the same passphrase opens. With the default work factor each object costs about
   * a second and 256 MiB of heap to write, and again to read; recipients cost neither.
   */
  static Encryption withPassphrase(AgePassphrase passphrase) {
    return new PassphraseEncryption(passphrase);
  }

  /** What is appended to an object's name: {@code ""} or {@code ".age"}. */
  String suffix();

  /** Says to whom, without secrets. */
  @Override
  String toString();
}
