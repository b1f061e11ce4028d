package dev.walden.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes a tar archive that any {@code tar} reads: ustar, with pax headers where that is not
 * enough. Left without {@link #finish}, the archive is incomplete.
 */
public final class TarWriter {
  private final OutputStream out;
  private final TarArchiveOutputStream tar;

  /** Writes to {@code out}, which stays open. */
  public TarWriter(OutputStream out) {
    this.out = out;
    tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  /** Begins a member; a file's bytes, exactly as many as its size, are written next. */
  public void begin(TarMember member) throws IOException {
    boolean directory = member.kind() == TarMember.Kind.DIRECTORY;
    TarArchiveEntry entry = new TarArchiveEntry(member.path() + (directory ? "/" : ""));
    entry.setSize(member.size());
    entry.setMode(member.mode());
    entry.setUserName("postgres");
    entry.setGroupName("postgres");
    entry.setLastModifiedTime(FileTime.from(member.modified()));
    tar.putArchiveEntry(entry);
  }

  /** Writes bytes of the member. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    tar.write(bytes, offset, length);
  }

  /** Ends the member. */
  public void end() throws IOException {
    tar.closeArchiveEntry();
  }

  /** Ends the archive. */
  public void finish() throws IOException {
    tar.finish();
    // its own flush() does not reach the stream below
    out.flush();
  }
}
