package dev.walden.backup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes a tar archive that any {@code tar} reads: ustar, with pax headers where needed. Without
 * {@link #finish}, the archive is incomplete.
 */
public final class TarWriter {
  private static final int BLOCK = 512;
  private static final byte[] ZEROS = new byte[2 * BLOCK];

  private final OutputStream out;

  @SuppressWarnings("NullAway.Init") // begin comes first
  private TarMember member;

  private long written;

  /** Writes to {@code out}, which stays open. */
  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Begins a member; for a file, exactly its size in bytes must be written next. */
  public void begin(TarMember next) throws IOException {
    member = next;
    written = 0;
    out.write(header(next));
  }

  /** The library writes only headers: it would split a file's bytes into blocks of 512. */
  private static byte[] header(TarMember member) throws IOException {
    boolean directory = member.kind() == TarMember.Kind.DIRECTORY;
    TarArchiveEntry entry = new TarArchiveEntry(member.path() + (directory ? "/" : ""));
    entry.setSize(member.size());
    entry.setMode(member.mode());
    entry.setUserName("postgres");
    entry.setGroupName("postgres");
    entry.setLastModifiedTime(FileTime.from(member.modified()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(BLOCK);
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, BLOCK, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.putArchiveEntry(entry);
    return bytes.toByteArray();
  }

  /**
   * Writes bytes of the member.
   *
   * @throws IllegalStateException if they exceed its size
   */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > member.size() - written) {
      throw new IllegalStateException(
          member.path() + " exceeds its size of " + member.size() + " bytes");
    }
    out.write(bytes, offset, length);
    written += length;
  }

  /**
   * Ends the member.
   *
   * @throws IllegalStateException if its size is not reached
   */
  public void end() throws IOException {
    if (written != member.size()) {
      throw new IllegalStateException(
          member.path() + " ends after " + written + " of " + member.size() + " bytes");
    }
    out.write(ZEROS, 0, (int) (-written & (BLOCK - 1)));
  }

  /** Ends the archive. */
  public void finish() throws IOException {
    out.write(ZEROS);
    out.flush();
  }
}
