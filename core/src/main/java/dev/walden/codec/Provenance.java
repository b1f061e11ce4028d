package dev.walden.codec;

import java.util.Optional;

/**
 * What is stored in an encrypted object's header besides its key, in clear.
 *
 * @param claim what the object is
 * @param signature its writer's, if it signs
 */
public record Provenance(Claim claim, Optional<WriterSignature> signature) {

  /** Signed if there is a key. */
  public static Provenance of(Claim claim, Optional<WriterKey> signer) {
    return new Provenance(claim, signer.map(key -> key.sign(claim)));
  }
}
