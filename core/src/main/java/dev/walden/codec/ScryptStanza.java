package dev.walden.codec;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * The file key wrapped with a passphrase. Deriving the wrapping key takes 2^workFactor rounds and
 * the same number of KiB of heap.
 */
record ScryptStanza(byte[] salt, int workFactor, byte[] wrapped) {
  static final String TYPE = "scrypt";
  static final int MAX_WORK_FACTOR = 22;
  private static final int SALT_LENGTH = 16;
  private static final byte[] SALT_PREFIX =
      "age-encryption.org/v1/scrypt".getBytes(StandardCharsets.US_ASCII);
  private static final int BLOCK_SIZE = 8;

  static ScryptStanza parse(AgeStanza stanza) {
    stanza.requireShape(2, FileKey.WRAPPED_LENGTH);
    String factor = stanza.arguments().get(1);
    if (!factor.matches("[1-9][0-9]?")) {
      throw new IllegalArgumentException("the work factor is not a number in 1..99");
    }
    return new ScryptStanza(
        stanza.argument(0, SALT_LENGTH), Integer.parseInt(factor), stanza.body());
  }

  AgeStanza toStanza() {
    return new AgeStanza(
        TYPE, List.of(AgeBase64.encode(salt), Integer.toString(workFactor)), wrapped);
  }

  static ScryptStanza wrap(FileKey fileKey, AgePassphrase passphrase, SecureRandom random) {
    byte[] salt = new byte[SALT_LENGTH];
    random.nextBytes(salt);
    byte[] wrappingKey = derive(passphrase, salt, passphrase.workFactor());
    return new ScryptStanza(salt, passphrase.workFactor(), fileKey.wrap(wrappingKey));
  }

  Optional<FileKey> unwrap(AgePassphrase passphrase) {
    return FileKey.unwrap(wrapped, derive(passphrase, salt, workFactor));
  }

  static boolean fitsHeap(int workFactor) {
    return 1L << workFactor + 10 < Runtime.getRuntime().maxMemory() / 4 * 3;
  }

  static String heapNeeded(int workFactor) {
    return "a passphrase with work factor "
        + workFactor
        + " needs "
        + (1L << workFactor)
        + " KiB, more than three quarters of the heap; increase it (-Xmx)";
  }

  private static byte[] derive(AgePassphrase passphrase, byte[] salt, int workFactor) {
    byte[] salted = new byte[SALT_PREFIX.length + SALT_LENGTH];
    System.arraycopy(SALT_PREFIX, 0, salted, 0, SALT_PREFIX.length);
    System.arraycopy(salt, 0, salted, SALT_PREFIX.length, SALT_LENGTH);
    return SCrypt.generate(
        passphrase.utf8(), salted, 1 << workFactor, BLOCK_SIZE, 1, FileKey.DERIVED_LENGTH);
  }
}
