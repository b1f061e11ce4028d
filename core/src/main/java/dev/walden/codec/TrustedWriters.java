package dev.walden.codec;

import dev.walden.UntrustedObjectException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whose objects are believed; everybody's, as long as no writer is named. Immutable. */
public final class TrustedWriters {
  private static final TrustedWriters ANYBODY = new TrustedWriters(Set.of());

  private final Set<WriterPublicKey> keys;

  private TrustedWriters(Set<WriterPublicKey> keys) {
    this.keys = Set.copyOf(keys);
  }

  /** No signature is asked for. */
  public static TrustedWriters anybody() {
    return ANYBODY;
  }

  /** These writers and one more. */
  public TrustedWriters and(WriterPublicKey writer) {
    Set<WriterPublicKey> more = new LinkedHashSet<>(keys);
    more.add(writer);
    return new TrustedWriters(more);
  }

  /** Whether objects must be signed. */
  public boolean demandSignatures() {
    return !keys.isEmpty();
  }

  /**
   * Refuses an object that must be signed and is not. Its plain bytes must then be held against the
   * digest of the claim.
   *
   * @param objectName for the message
   * @throws UntrustedObjectException if none of these writers signed the claim
   */
  public void require(String objectName, Claim claim, Optional<WriterSignature> signature)
      throws UntrustedObjectException {
    if (keys.isEmpty()) {
      return;
    }
    WriterSignature found =
        signature.orElseThrow(
            () -> new UntrustedObjectException(objectName, "is not signed by a trusted writer"));
    if (!keys.contains(found.writer())) {
      throw new UntrustedObjectException(
          objectName, "is signed by " + found.writer() + ", who is no trusted writer");
    }
    if (!found.writer().verifies(claim, found.bytes())) {
      throw new UntrustedObjectException(
          objectName, "its signature by " + found.writer() + " is of something else");
    }
  }

  /** How many writers are trusted, and which. */
  @Override
  public String toString() {
    return keys.isEmpty() ? "anybody" : List.copyOf(keys).toString();
  }
}
