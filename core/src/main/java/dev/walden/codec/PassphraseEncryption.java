package dev.walden.codec;

import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;

/** A single scrypt stanza. */
record PassphraseEncryption(AgePassphrase passphrase) implements AgeEncryption {
  PassphraseEncryption {
    Objects.requireNonNull(passphrase, "passphrase");
  }

  @Override
  public void requireUsable() {
    ChunkCipher.requireUsable();
    if (!ScryptStanza.fitsHeap(passphrase.workFactor())) {
      throw new IllegalStateException(ScryptStanza.heapNeeded(passphrase.workFactor()));
    }
  }

  @Override
  public Encryption andRecipients(List<AgeRecipient> recipients) {
    throw new IllegalArgumentException(
        "age encrypts with one passphrase, or to recipients, not both");
  }

  @Override
  public boolean allowsSignature() {
    return false;
  }

  @Override
  public List<AgeStanza> wrap(FileKey fileKey, SecureRandom random) {
    return List.of(ScryptStanza.wrap(fileKey, passphrase, random).toStanza());
  }

  @Override
  public String toString() {
    return "age with a passphrase";
  }
}
