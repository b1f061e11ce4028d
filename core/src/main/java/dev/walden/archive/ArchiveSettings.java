package dev.walden.archive;

import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgePassphrase;
import dev.walden.codec.AgeRecipient;
import dev.walden.codec.Codec;
import dev.walden.codec.Compression;
import dev.walden.codec.DecryptionKeys;
import dev.walden.codec.Encryption;
import java.nio.file.Path;
import java.util.List;

/**
 * How an archive is written and read. Immutable; each method gives a changed copy.
 *
 * @param codec how new objects are compressed and encrypted; what is read may differ
 * @param keys what opens encrypted objects; a host that only archives needs none
 * @param temporaryDirectory where an encoded object too large for memory waits, for storages whose
 *     commits are not conditional
 * @param indexing whether each segment that is pushed gets its outline into the {@link WalIndex}
 */
public record ArchiveSettings(
    Codec codec, DecryptionKeys keys, Path temporaryDirectory, boolean indexing) {

  /** zstd level 1, no encryption, no keys, the JVM's temporary directory, indexing. */
  public static ArchiveSettings defaults() {
    return new ArchiveSettings(
        new Codec(Compression.ZSTD, Encryption.none()),
        DecryptionKeys.none(),
        Path.of(System.getProperty("java.io.tmpdir")),
        true);
  }

  public ArchiveSettings compression(Compression compression) {
    return codec(new Codec(compression, codec.encryption(), codec.zstd()));
  }

  /** Writes new objects with this codec, which also sets how zstd works. */
  public ArchiveSettings codec(Codec newCodec) {
    return new ArchiveSettings(newCodec, keys, temporaryDirectory, indexing);
  }

  /** Encrypts to these recipients: any one of their identities opens the objects. */
  public ArchiveSettings encryptTo(AgeRecipient... recipients) {
    return encryption(Encryption.toRecipients(List.of(recipients)));
  }

  /** Encrypts with a passphrase, and opens with it too. */
  public ArchiveSettings passphrase(AgePassphrase passphrase) {
    return encryption(Encryption.withPassphrase(passphrase)).keys(keys.and(passphrase));
  }

  public ArchiveSettings encryption(Encryption encryption) {
    return codec(new Codec(codec.compression(), encryption, codec.zstd()));
  }

  /** Opens encrypted objects with this identity, besides those given before. */
  public ArchiveSettings decryptWith(AgeIdentity identity) {
    return keys(keys.and(identity));
  }

  public ArchiveSettings keys(DecryptionKeys newKeys) {
    return new ArchiveSettings(codec, newKeys, temporaryDirectory, indexing);
  }

  public ArchiveSettings temporaryDirectory(Path directory) {
    return new ArchiveSettings(codec, keys, directory, indexing);
  }

  /** Whether pushed segments are indexed; {@link WalIndex#update} can do it later. */
  public ArchiveSettings indexing(boolean index) {
    return new ArchiveSettings(codec, keys, temporaryDirectory, index);
  }
}
