package dev.walden.benchmarks;

import dev.walden.archive.ArchiveSettings;
import dev.walden.backup.ObjectDigest;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeRecipient;
import dev.walden.codec.Codec;
import dev.walden.codec.Compression;
import dev.walden.codec.Encryption;
import dev.walden.codec.ZstdSettings;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * How an archive is written, in one word for a command line.
 *
 * @param workers zstd's threads
 * @param digest of the parts of a backup
 * @param indexed whether segments leave their outlines
 */
record WrittenAs(
    Compression compression,
    int workers,
    Optional<AgeRecipient> recipient,
    ObjectDigest.Algorithm digest,
    boolean indexed) {

  static WrittenAs plain() {
    return plain(ObjectDigest.Algorithm.SHA256);
  }

  static WrittenAs plain(ObjectDigest.Algorithm digest) {
    return new WrittenAs(Compression.NONE, 0, Optional.empty(), digest, true);
  }

  static WrittenAs zstd(int workers) {
    return new WrittenAs(
        Compression.ZSTD, workers, Optional.empty(), ObjectDigest.Algorithm.SHA256, true);
  }

  static WrittenAs zstdAndAge() {
    AgeRecipient recipient = AgeIdentity.generate(new SecureRandom()).recipient();
    return new WrittenAs(
        Compression.ZSTD, 0, Optional.of(recipient), ObjectDigest.Algorithm.SHA256, true);
  }

  WrittenAs notIndexed() {
    return new WrittenAs(compression, workers, recipient, digest, false);
  }

  static WrittenAs parse(String text) {
    String[] words = text.split(":", -1);
    return new WrittenAs(
        Compression.valueOf(words[0]),
        Integer.parseInt(words[1]),
        words[2].isEmpty() ? Optional.empty() : Optional.of(AgeRecipient.parse(words[2])),
        ObjectDigest.Algorithm.valueOf(words[3]),
        Boolean.parseBoolean(words[4]));
  }

  ArchiveSettings settings() {
    Encryption encryption =
        recipient.map(to -> Encryption.toRecipients(List.of(to))).orElse(Encryption.none());
    return ArchiveSettings.defaults()
        .indexing(indexed)
        .codec(new Codec(compression, encryption, new ZstdSettings(1, workers)));
  }

  /** The word. */
  @Override
  public String toString() {
    return compression
        + ":"
        + workers
        + ":"
        + recipient.map(Object::toString).orElse("")
        + ":"
        + digest.name()
        + ":"
        + indexed;
  }
}
