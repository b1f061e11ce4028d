package dev.walden.archive;

import dev.walden.CheckReturnValue;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgePassphrase;
import dev.walden.codec.AgeRecipient;
import dev.walden.codec.Codec;
import dev.walden.codec.Compression;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.codec.Encryption;
import dev.walden.codec.TrustedWriters;
import dev.walden.codec.WriterKey;
import dev.walden.codec.WriterPublicKey;
import dev.walden.wal.Lsn;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How an archive is written and read. Immutable; each method gives a changed copy.
 *
 * @param codec how new objects are compressed and encrypted; what is read may differ
 * @param keys what opens encrypted objects; a host that only archives needs none
 * @param temporaryDirectory where an encoded object too large for memory waits, for storages whose
 *     commits are not conditional
 * @param indexing whether each segment that is pushed gets its outline into the {@link WalIndex}
 * @param encryptedFrom see {@link #encryptedFrom(Lsn)}; empty unless set
 * @param signer see {@link #signWith}; empty unless set
 * @param signedFrom see {@link #signedFrom(Lsn)}; empty unless set
 */
@CheckReturnValue
public record ArchiveSettings(
    Codec codec,
    DecryptionKeys keys,
    Path temporaryDirectory,
    boolean indexing,
    Optional<Lsn> encryptedFrom,
    Optional<WriterKey> signer,
    Optional<Lsn> signedFrom) {
  private static final Lsn LAST = new Lsn(-1);

  /** zstd level 1, no encryption, no keys, the JVM's temporary directory, indexing. */
  public static ArchiveSettings defaults() {
    return new ArchiveSettings(
        new Codec(Compression.ZSTD, Encryption.none()),
        DecryptionKeys.none(),
        Path.of(System.getProperty("java.io.tmpdir")),
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public ArchiveSettings compression(Compression compression) {
    return codec(new Codec(compression, codec.encryption(), codec.zstd()));
  }

  /** Writes new objects with this codec, which also sets how zstd works. */
  public ArchiveSettings codec(Codec newCodec) {
    return new ArchiveSettings(
        newCodec, keys, temporaryDirectory, indexing, encryptedFrom, signer, signedFrom);
  }

  /**
   * Encrypts to these recipients, besides those given before: any one of their identities opens the
   * objects.
   *
   * @throws IllegalArgumentException if these settings encrypt with a passphrase
   */
  public ArchiveSettings encryptTo(AgeRecipient... recipients) {
    return encryption(codec.encryption().andRecipients(List.of(recipients)));
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
    return new ArchiveSettings(
        codec, newKeys, temporaryDirectory, indexing, encryptedFrom, signer, signedFrom);
  }

  public ArchiveSettings temporaryDirectory(Path directory) {
    return new ArchiveSettings(codec, keys, directory, indexing, encryptedFrom, signer, signedFrom);
  }

  /** Whether pushed segments are indexed; {@link WalIndex#update} can do it later. */
  public ArchiveSettings indexing(boolean index) {
    return new ArchiveSettings(
        codec, keys, temporaryDirectory, index, encryptedFrom, signer, signedFrom);
  }

  /**
   * From where on everything that can be encrypted is. WAL that ends after this position, and base
   * backups that do, are read only if they are encrypted; otherwise somebody who can write to the
   * storage, but has no key, could have put them there. What ends before may be unencrypted, as in
   * an archive that began so.
   *
   * <p>Unless set, everything must be encrypted if these settings encrypt or hold a key, and
   * nothing need be if they do neither. Histories, {@code backup.json} and notes of gaps are never
   * encrypted.
   */
  public ArchiveSettings encryptedFrom(Lsn position) {
    return new ArchiveSettings(
        codec, keys, temporaryDirectory, indexing, Optional.of(position), signer, signedFrom);
  }

  /** Reads unencrypted objects everywhere, although these settings encrypt or hold a key. */
  public ArchiveSettings acceptUnencrypted() {
    return encryptedFrom(LAST);
  }

  /**
   * Signs with this key what is stored: WAL, pieces, outlines, histories, {@code backup.json} and
   * notes of gaps. age proves that nobody altered an object, not who wrote it: who owns the storage
   * has the recipients, too. Needs encryption to recipients, whose headers hold the signatures.
   */
  public ArchiveSettings signWith(WriterKey key) {
    return new ArchiveSettings(
        codec, keys, temporaryDirectory, indexing, encryptedFrom, Optional.of(key), signedFrom);
  }

  /**
   * Believes only what this writer signed, or another one that was named before; everything else
   * throws {@link dev.walden.UntrustedObjectException}. What the storage's owner can still do is to
   * remove objects, the newest ones without a trace.
   */
  public ArchiveSettings trustWriter(WriterPublicKey writer) {
    return keys(keys.trusting(keys.writers().and(writer)));
  }

  /**
   * From where on everything is signed, in an archive that began unsigned: of WAL, histories and
   * base backups that end before this position, no signature is asked for. Who can write to the
   * storage can forge those.
   */
  public ArchiveSettings signedFrom(Lsn position) {
    return new ArchiveSettings(
        codec, keys, temporaryDirectory, indexing, encryptedFrom, signer, Optional.of(position));
  }

  /** Fails unless these settings can do what they say. */
  void requireUsable() {
    if (signer.isPresent() && !codec.encryption().allowsSignature()) {
      throw new IllegalArgumentException(
          "signing needs encryption to recipients, not " + codec.encryption());
    }
  }

  /**
   * Whose signature an object needs that holds WAL up to a position, or a backup's that ends there.
   */
  TrustedWriters writers(Lsn end) {
    boolean before = signedFrom.isPresent() && !end.isAfter(signedFrom.get());
    return before ? TrustedWriters.anybody() : keys.writers();
  }

  /** Whether an object that holds WAL up to a position, or a backup that ends there, is read. */
  boolean admits(String objectName, Lsn end) {
    return Decoder.isEncrypted(objectName) || !end.isAfter(firstEncrypted());
  }

  private Lsn firstEncrypted() {
    boolean encrypts = !codec.encryption().equals(Encryption.none());
    return encryptedFrom.orElse(
        encrypts || !keys.isEmpty() || keys.writers().demandSignatures() ? Lsn.ZERO : LAST);
  }
}
