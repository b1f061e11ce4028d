package dev.walden.backup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Passes a manifest through and digests all but its last line, whose length is fixed. */
final class ManifestTail extends InputStream {
  private static final int LENGTH = lastLine("0".repeat(64)).length();

  private final InputStream in;
  private final MessageDigest digest;
  private final byte[] tail = new byte[LENGTH];
  private int held;
  private byte lastDigested;

  ManifestTail(InputStream in) {
    this.in = in;
    this.digest = sha256();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The last line of every manifest, {@code SendBackupManifest} in {@code backup_manifest.c}. */
  static String lastLine(String checksum) {
    return "\"Manifest-Checksum\": \"" + checksum + "\"}\n";
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = in.read(buffer, offset, length);
    if (count > 0) {
      hold(buffer, offset, count);
    }
    return count;
  }

  private void hold(byte[] buffer, int offset, int count) {
    int fromBuffer = Math.max(0, count - LENGTH);
    int fromTail = Math.max(0, Math.min(held, held + count - LENGTH));
    digest(tail, 0, fromTail);
    digest(buffer, offset, fromBuffer);
    System.arraycopy(tail, fromTail, tail, 0, held - fromTail);
    System.arraycopy(buffer, offset + fromBuffer, tail, held - fromTail, count - fromBuffer);
    held += count - fromTail - fromBuffer;
  }

  private void digest(byte[] bytes, int offset, int count) {
    if (count > 0) {
      digest.update(bytes, offset, count);
      lastDigested = bytes[offset + count - 1];
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** At the end: the last line that the previous lines require. */
  String expectedLastLine() {
    return lastLine(HexFormat.of().formatHex(digest.digest()));
  }

  /** At the end: the last line; empty if it has another length. */
  String lastLine() {
    return held == LENGTH && lastDigested == '\n' ? new String(tail, US_ASCII) : "";
  }
}
