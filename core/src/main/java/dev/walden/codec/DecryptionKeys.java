package dev.walden.codec;

import dev.walden.CheckReturnValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys for opening encrypted objects, and the writers whose objects are believed. Immutable; {@code
 * toString} shows no secret.
 */
@CheckReturnValue
public final class DecryptionKeys {
  private static final DecryptionKeys NONE =
      new DecryptionKeys(
          List.of(), List.of(), ScryptStanza.MAX_WORK_FACTOR, TrustedWriters.anybody());

  private final List<AgeIdentity> identities;
  private final List<AgePassphrase> passphrases;
  private final int maxWorkFactor;
  private final TrustedWriters writers;

  private DecryptionKeys(
      List<AgeIdentity> identities,
      List<AgePassphrase> passphrases,
      int maxWorkFactor,
      TrustedWriters writers) {
    this.identities = List.copyOf(identities);
    this.passphrases = List.copyOf(passphrases);
    this.maxWorkFactor = maxWorkFactor;
    this.writers = writers;
  }

  /** No keys: only unencrypted objects can be read. */
  public static DecryptionKeys none() {
    return NONE;
  }

  /** These identities. */
  public static DecryptionKeys of(List<AgeIdentity> identities) {
    return new DecryptionKeys(
        identities, List.of(), ScryptStanza.MAX_WORK_FACTOR, TrustedWriters.anybody());
  }

  /** These keys and one more identity. */
  public DecryptionKeys and(AgeIdentity identity) {
    return new DecryptionKeys(with(identities, identity), passphrases, maxWorkFactor, writers);
  }

  /** These keys and one more passphrase. */
  public DecryptionKeys and(AgePassphrase passphrase) {
    return new DecryptionKeys(identities, with(passphrases, passphrase), maxWorkFactor, writers);
  }

  /**
   * These keys with another limit on the work factor of objects encrypted with a passphrase. The
   * default, 22, takes half a minute and 4 GiB of heap.
   *
   * @param workFactor 1 to 22
   * @throws IllegalArgumentException if it is out of range
   */
  public DecryptionKeys withMaxWorkFactor(int workFactor) {
    if (workFactor < 1 || workFactor > ScryptStanza.MAX_WORK_FACTOR) {
      throw new IllegalArgumentException(
          "work factor " + workFactor + " is not in 1.." + ScryptStanza.MAX_WORK_FACTOR);
    }
    return new DecryptionKeys(identities, passphrases, workFactor, writers);
  }

  /**
   * These keys for objects of these writers only; others throw {@code UntrustedObjectException}.
   */
  public DecryptionKeys trusting(TrustedWriters trusted) {
    return new DecryptionKeys(identities, passphrases, maxWorkFactor, trusted);
  }

  /** Whose objects are believed. */
  public TrustedWriters writers() {
    return writers;
  }

  private static <T> List<T> with(List<T> list, T more) {
    List<T> longer = new ArrayList<>(list);
    longer.add(more);
    return longer;
  }

  /** Whether no key opens anything. */
  public boolean isEmpty() {
    return identities.isEmpty() && passphrases.isEmpty();
  }

  List<AgeIdentity> identities() {
    return identities;
  }

  List<AgePassphrase> passphrases() {
    return passphrases;
  }

  int maxWorkFactor() {
    return maxWorkFactor;
  }

  @Override
  public String toString() {
    return identities.size() + " identities and " + passphrases.size() + " passphrases";
  }
}
