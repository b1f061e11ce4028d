package dev.walden.codec;

import java.security.SecureRandom;
import java.util.List;

/** Encryption as specified by {@code age-encryption.org/v1}. */
sealed interface AgeEncryption extends Encryption
    permits RecipientEncryption, PassphraseEncryption {
  String SUFFIX = ".age";

  @Override
  default String suffix() {
    return SUFFIX;
  }

  /** Fails unless this encryption is usable here. */
  default void requireUsable() {
    ChunkCipher.requireUsable();
  }

  /** Whether the header may hold more stanzas than those that wrap the key. */
  @Override
  boolean allowsSignature();

  /** The stanzas of a header that wrap {@code fileKey}. */
  List<AgeStanza> wrap(FileKey fileKey, SecureRandom random);
}
