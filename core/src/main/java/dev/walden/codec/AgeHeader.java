package dev.walden.codec;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.UntrustedObjectException;
import dev.walden.WrongKeyException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The header of an age file: the wrapped file key, and the MAC that protects the header. */
final class AgeHeader {
  private static final int TYPES_SHOWN = 8;

  private final String objectName;
  private final byte[] covered;
  private final byte[] mac;
  private final long length;
  private final TreeSet<String> types = new TreeSet<>();
  private final List<X25519Stanza> x25519 = new ArrayList<>();
  private final List<ScryptStanza> scrypt = new ArrayList<>();
  private final List<DigestStanza> digests = new ArrayList<>();
  private final List<WriterSignature> signatures = new ArrayList<>();

  private AgeHeader(String objectName, byte[] covered, byte[] mac, long length) {
    this.objectName = objectName;
    this.covered = covered;
    this.mac = mac;
    this.length = length;
  }

  /**
   * @param covered the bytes that the MAC covers
   * @param length the length of the whole header
   */
  static AgeHeader of(
      String objectName, List<AgeStanza> stanzas, byte[] covered, byte[] mac, long length)
      throws CorruptFileException {
    AgeHeader header = new AgeHeader(objectName, covered, mac, length);
    for (AgeStanza stanza : stanzas) {
      header.add(stanza);
    }
    if (!header.scrypt.isEmpty() && stanzas.size() > 1) {
      throw header.corrupt("a scrypt stanza must be the only stanza");
    }
    if (header.digests.size() > 1) {
      throw header.corrupt("more than one " + DigestStanza.TYPE + " stanza");
    }
    if (header.signatures.size() > 1) {
      throw header.corrupt("more than one " + WriterSignature.TYPE + " stanza");
    }
    return header;
  }

  private void add(AgeStanza stanza) throws CorruptFileException {
    types.add(stanza.type());
    try {
      switch (stanza.type()) {
        case X25519Stanza.TYPE -> x25519.add(X25519Stanza.parse(stanza));
        case ScryptStanza.TYPE -> scrypt.add(ScryptStanza.parse(stanza));
        case DigestStanza.TYPE -> digests.add(DigestStanza.parse(stanza));
        case WriterSignature.TYPE -> signatures.add(WriterSignature.parse(stanza));
        default -> {}
      }
    } catch (IllegalArgumentException e) {
      throw corrupt("the " + stanza.type() + " stanza: " + e.getMessage());
    }
  }

  /** The bytes of a header with these stanzas, protected by {@code fileKey}. */
  static byte[] encode(List<AgeStanza> stanzas, FileKey fileKey) {
    StringBuilder text = new StringBuilder();
    stanzas.forEach(stanza -> stanza.appendTo(text));
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(AgeHeaderReader.VERSION_LINE);
    header.writeBytes(
        text.append(AgeHeaderReader.END).toString().getBytes(StandardCharsets.US_ASCII));
    String mac = " " + AgeBase64.encode(fileKey.headerMac(header.toByteArray())) + "\n";
    header.writeBytes(mac.getBytes(StandardCharsets.US_ASCII));
    return header.toByteArray();
  }

  long length() {
    return length;
  }

  /** The digest of the plain bytes that the header claims; verified by {@link #unlock}. */
  Optional<byte[]> plainSha256() {
    return digests.stream().findFirst().map(DigestStanza::sha256);
  }

  /**
   * Refuses the object unless a trusted writer signed its name and the digest of its plain bytes.
   *
   * @return that digest; the plain bytes must have it
   */
  Optional<byte[]> requireSigned(TrustedWriters writers) throws UntrustedObjectException {
    Optional<byte[]> sha256 = plainSha256();
    if (writers.demandSignatures()) {
      Claim claim = Claim.of(objectName, sha256.orElseThrow(this::unsigned));
      writers.require(objectName, claim, signatures.stream().findFirst());
    }
    return sha256;
  }

  private UntrustedObjectException unsigned() {
    return new UntrustedObjectException(objectName, "is not signed: it has no digest");
  }

  /**
   * Finds the file key and verifies the header with it.
   *
   * @throws WrongKeyException if no key opens any stanza
   */
  FileKey unlock(DecryptionKeys keys)
      throws CorruptFileException, UnsupportedFormatException, WrongKeyException {
    Optional<FileKey> found = byIdentity(keys);
    if (found.isEmpty()) {
      found = byPassphrase(keys);
    }
    FileKey fileKey =
        found.orElseThrow(
            () ->
                new WrongKeyException(
                    objectName
                        + ": encrypted to "
                        + shownTypes()
                        + "; none of the given keys ("
                        + keys
                        + ") opens it"));
    if (!MessageDigest.isEqual(mac, fileKey.headerMac(covered))) {
      throw corrupt("wrong MAC: the header was altered");
    }
    return fileKey;
  }

  private Optional<FileKey> byIdentity(DecryptionKeys keys) throws CorruptFileException {
    for (X25519Stanza stanza : x25519) {
      for (AgeIdentity identity : keys.identities()) {
        try {
          Optional<FileKey> found = stanza.unwrap(identity);
          if (found.isPresent()) {
            return found;
          }
        } catch (IllegalArgumentException e) {
          throw corrupt("the X25519 stanza: " + e.getMessage());
        }
      }
    }
    return Optional.empty();
  }

  private Optional<FileKey> byPassphrase(DecryptionKeys keys)
      throws CorruptFileException, UnsupportedFormatException {
    for (ScryptStanza stanza : scrypt) {
      for (AgePassphrase passphrase : keys.passphrases()) {
        requireAffordable(stanza.workFactor(), keys.maxWorkFactor());
        Optional<FileKey> found = stanza.unwrap(passphrase);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private void requireAffordable(int workFactor, int max)
      throws CorruptFileException, UnsupportedFormatException {
    if (workFactor > max) {
      throw corrupt("scrypt work factor " + workFactor + " exceeds the limit of " + max);
    }
    if (!ScryptStanza.fitsHeap(workFactor)) {
      throw new UnsupportedFormatException(objectName + ": " + ScryptStanza.heapNeeded(workFactor));
    }
  }

  private String shownTypes() {
    return types.size() > TYPES_SHOWN ? types.size() + " kinds of stanzas" : types.toString();
  }

  private CorruptFileException corrupt(String problem) {
    return new CorruptFileException(
        objectName, CorruptFileException.NO_OFFSET, "age header: " + problem, null);
  }
}
