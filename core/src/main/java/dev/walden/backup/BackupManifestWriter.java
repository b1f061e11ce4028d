package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.cluster.SystemIdentifier;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes a {@code backup_manifest} exactly as PostgreSQL lays it out: its own programs can read it,
 * and what {@link BackupManifestReader} read is reproduced byte for byte. Used by one thread.
 *
 * <p>The caller's stream is neither buffered nor closed. The manifest is incomplete until {@link
 * #finish} returns.
 *
 * <p>Source: {@code src/backend/backup/backup_manifest.c}.
 */
public final class BackupManifestWriter {
  private final OutputStream out;
  private final MessageDigest digest = ManifestTail.sha256();
  private boolean empty = true;
  private boolean finished;

  private BackupManifestWriter(OutputStream out, String head) throws IOException {
    this.out = out;
    write("{ \"PostgreSQL-Backup-Manifest-Version\": " + head + ",\n\"Files\": [");
  }

  /** Begins a manifest of version 1, for PostgreSQL 14 to 16. */
  public static BackupManifestWriter version1(OutputStream out) throws IOException {
    return new BackupManifestWriter(out, "1");
  }

  /** Begins a manifest of version 2, for PostgreSQL 17 and 18. */
  public static BackupManifestWriter version2(OutputStream out, SystemIdentifier cluster)
      throws IOException {
    return new BackupManifestWriter(out, "2,\n\"System-Identifier\": " + cluster);
  }

  /**
   * Writes the next file.
   *
   * @throws IllegalArgumentException if the year of its time does not have four digits
   */
  public void add(ManifestFile file) throws IOException {
    write((empty ? "\n" : ",\n") + ManifestNotation.print(file));
    empty = false;
  }

  /**
   * Writes what follows the files, and the checksum, which completes the manifest.
   *
   * @param ranges the newest timeline first
   */
  public void finish(List<WalRange> ranges) throws IOException {
    List<String> lines = ranges.stream().map(ManifestNotation::print).toList();
    write("\n],\n\"WAL-Ranges\": [\n" + String.join(",\n", lines) + "\n],\n");
    finished = true;
    out.write(ManifestTail.lastLine(HexFormat.of().formatHex(digest.digest())).getBytes(UTF_8));
    out.flush();
  }

  private void write(String text) throws IOException {
    if (finished) {
      throw new IllegalStateException("the manifest is finished");
    }
    byte[] bytes = text.getBytes(UTF_8);
    digest.update(bytes);
    out.write(bytes);
  }
}
