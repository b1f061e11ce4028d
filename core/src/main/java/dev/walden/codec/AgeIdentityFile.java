package dev.walden.codec;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Identity files, as {@code age-keygen} writes and {@code age -i} reads them. */
public final class AgeIdentityFile {
  private static final int MAX_LENGTH = 1024 * 1024;

  private AgeIdentityFile() {}

  /**
   * Reads all identities of a file; skips blank lines and lines that begin with {@code #}.
   *
   * @return at least one
   * @throws CorruptFileException if a line is anything else, or there is no identity; messages
   *     never contain a line's text
   * @throws UnsupportedFormatException if the file is itself encrypted, or holds a plugin's
   *     identity
   */
  public static List<AgeIdentity> read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_LENGTH + 1);
    }
    if (bytes.length > MAX_LENGTH) {
      throw new CorruptFileException(
          file.toString(), "not an age identity file: longer than " + MAX_LENGTH + " bytes");
    }
    List<AgeIdentity> identities = new ArrayList<>();
    int number = 0;
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\r?\n", -1)) {
      number++;
      if (!line.isEmpty() && !line.startsWith("#")) {
        identities.add(identity(file, number, line));
      }
    }
    if (identities.isEmpty()) {
      throw new CorruptFileException(file.toString(), "holds no age identity");
    }
    return List.copyOf(identities);
  }

  private static AgeIdentity identity(Path file, int number, String line)
      throws CorruptFileException, UnsupportedFormatException {
    if (line.startsWith("age-encryption.org/") || line.startsWith("-----BEGIN AGE ENCRYPTED")) {
      throw new UnsupportedFormatException(
          file + ": the identity file is itself encrypted; decrypt it with \"age -d\" first");
    }
    if (line.startsWith("AGE-PLUGIN-")) {
      throw new UnsupportedFormatException(
          file + ": line " + number + " is the identity of an age plugin, which is not supported");
    }
    try {
      return AgeIdentity.parse(line);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          file.toString(),
          CorruptFileException.NO_OFFSET,
          "line " + number + " is " + e.getMessage(),
          null);
    }
  }

  /**
   * Writes an identity as {@code age-keygen} does, to a new file that only its owner can read or
   * write. Once this returns, the file survives a crash.
   *
   * @param created the time given in a comment
   * @throws java.nio.file.FileAlreadyExistsException if the file exists; it is left unchanged
   * @throws UnsupportedOperationException if the file system has no POSIX permissions
   */
  public static void write(Path file, AgeIdentity identity, Instant created) throws IOException {
    String text =
        "# created: "
            + created.truncatedTo(ChronoUnit.SECONDS)
            + "\n# public key: "
            + identity.recipient()
            + "\n"
            + identity.secretKey()
            + "\n";
    SecretFile.write(file, text);
  }
}
