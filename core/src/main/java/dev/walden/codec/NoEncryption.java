package dev.walden.codec;

import java.util.List;

/** Objects are stored unencrypted. */
enum NoEncryption implements Encryption {
  INSTANCE;

  @Override
  public Encryption andRecipients(List<AgeRecipient> recipients) {
    return Encryption.toRecipients(recipients);
  }

  @Override
  public String suffix() {
    return "";
  }

  @Override
  public boolean allowsSignature() {
    return false;
  }

  @Override
  public String toString() {
    return "no encryption";
  }
}
