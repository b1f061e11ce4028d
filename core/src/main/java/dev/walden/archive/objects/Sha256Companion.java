package dev.walden.archive.objects;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.codec.Claim;
import dev.walden.codec.TrustedWriters;
import dev.walden.codec.WriterKey;
import dev.walden.codec.WriterSignature;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of whole objects, and the object beside a plain one that holds its digest, as {@code
 * sha256sum} prints and checks it, and, in a comment, its writer's signature. {@link PlainObjects}
 * tells when it is written.
 */
public final class Sha256Companion {
  private static final Pattern LINES =
      Pattern.compile("([0-9a-f]{64})  (\\S{1,600})\n(?:# ([ -~]{1,200})\n)?");

  private Sha256Companion() {}

  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public static byte[] sha256(ObjectSource source) throws IOException {
    MessageDigest digest = newSha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = source.open()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return digest.digest();
  }

  public static String name(String objectName) {
    return objectName + ArchiveLayout.DIGEST_SUFFIX;
  }

  /** Stores an object's digest beside it, signed if there is a key. */
  static void put(Storage storage, String objectName, byte[] sha256, Optional<WriterKey> signer)
      throws IOException {
    String line =
        HexFormat.of().formatHex(sha256) + "  " + ArchiveLayout.fileName(objectName) + "\n";
    String comment =
        signer.map(key -> "# " + key.sign(new Claim(objectName, sha256)) + "\n").orElse("");
    ObjectSource source = ObjectSource.of((line + comment).getBytes(StandardCharsets.US_ASCII));
    if (storage.put(name(objectName), source) == PutOutcome.EXISTS
        && !Arrays.equals(read(storage, objectName, TrustedWriters.anybody()), sha256)) {
      throw new ArchiveConflictException(
          name(objectName) + " in " + storage + " holds the digest of other content");
    }
  }

  /**
   * Reads the digest that lies beside an object.
   *
   * @throws dev.walden.UntrustedObjectException if none of the writers signed it
   */
  static byte[] read(Storage storage, String objectName, TrustedWriters writers)
      throws IOException {
    String name = name(objectName);
    try (InputStream in = storage.open(name)) {
      String text = new String(in.readNBytes(1024), StandardCharsets.US_ASCII);
      Matcher m = LINES.matcher(text);
      if (!m.matches() || !m.group(2).equals(ArchiveLayout.fileName(objectName))) {
        throw new CorruptFileException(name, 0, "is no line of sha256sum for its object");
      }
      byte[] sha256 = HexFormat.of().parseHex(m.group(1));
      writers.require(objectName, new Claim(objectName, sha256), signature(name, m.group(3)));
      return sha256;
    } catch (NotArchivedException e) {
      throw new CorruptFileException(
          objectName,
          CorruptFileException.NO_OFFSET,
          "cannot be verified: " + name + " is missing; pushing the file again restores it",
          e);
    }
  }

  private static Optional<WriterSignature> signature(String name, @Nullable String comment)
      throws CorruptFileException {
    try {
      return Optional.ofNullable(comment).map(WriterSignature::parse);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          name, CorruptFileException.NO_OFFSET, "its comment is " + e.getMessage(), e);
    }
  }
}
