package dev.walden.codec;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Writes one X25519 stanza per recipient. */
record RecipientEncryption(List<AgeRecipient> recipients) implements AgeEncryption {
  private static final int MAX_RECIPIENTS = AgeHeaderReader.MAX_STANZAS / 2;

  RecipientEncryption {
    recipients = List.copyOf(recipients);
    if (recipients.isEmpty() || recipients.size() > MAX_RECIPIENTS) {
      throw new IllegalArgumentException(
          recipients.size() + " recipients; expected 1 to " + MAX_RECIPIENTS);
    }
  }

  @Override
  public Encryption andRecipients(List<AgeRecipient> more) {
    List<AgeRecipient> all = new ArrayList<>(recipients);
    more.stream().filter(recipient -> !all.contains(recipient)).forEach(all::add);
    return new RecipientEncryption(all);
  }

  @Override
  public boolean allowsSignature() {
    return true;
  }

  @Override
  public List<AgeStanza> wrap(FileKey fileKey, SecureRandom random) {
    List<AgeStanza> stanzas = new ArrayList<>();
    for (AgeRecipient recipient : recipients) {
      stanzas.add(X25519Stanza.wrap(fileKey, recipient, random).toStanza());
    }
    return stanzas;
  }

  @Override
  public String toString() {
    return "age to " + recipients;
  }
}
