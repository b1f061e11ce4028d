package dev.walden.backup;

import dev.walden.CorruptFileException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Reads a tar archive of a base backup: files and directories with relative paths that stay below
 * the target. Rejects links, devices and paths that lead out of it, and constructs that backups
 * never contain: sparse files, global headers, and long chains of headers.
 *
 * <p>Source: {@code src/port/tar.c}, which writes PostgreSQL's archives.
 */
public final class TarReader implements Closeable {
  private static final int MAX_PATH = 4096;

  private final String name;
  private final TarHeaderLimit in;
  private final TarArchiveInputStream tar;

  /** Reads {@code in}; {@code name} is its name in error messages. */
  public TarReader(String name, InputStream in) {
    this.name = name;
    this.in = new TarHeaderLimit(name, in);
    this.tar = new WithoutGlobalHeaders(this.in);
  }

  /**
   * The next member; empty at the end of the archive. {@link #content} has its bytes.
   *
   * @throws CorruptFileException if the archive is damaged or has a forbidden member
   */
  public Optional<TarMember> next() throws IOException {
    TarArchiveEntry entry;
    try {
      entry = tar.getNextEntry();
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(name, tar.getBytesRead(), "a damaged tar header", e);
    } catch (IOException e) {
      throw damaged(e);
    }
    return entry == null ? Optional.empty() : Optional.of(member(entry));
  }

  private TarMember member(TarArchiveEntry entry) throws CorruptFileException {
    if (!isPlain(entry)) {
      throw refused(entry, "is neither a file nor a directory");
    }
    boolean directory = entry.isDirectory();
    in.member(directory ? 0 : entry.getSize());
    return new TarMember(
        path(entry),
        directory ? TarMember.Kind.DIRECTORY : TarMember.Kind.FILE,
        entry.getMode() & 07777,
        entry.getSize(),
        entry.getLastModifiedTime().toInstant());
  }

  private static boolean isPlain(TarArchiveEntry entry) {
    return switch (entry.getLinkFlag()) {
      case TarConstants.LF_OLDNORM, TarConstants.LF_NORMAL, TarConstants.LF_DIR ->
          !entry.isSparse();
      default -> false;
    };
  }

  private String path(TarArchiveEntry entry) throws CorruptFileException {
    String path = entry.getName();
    path = path.startsWith("./") ? path.substring(2) : path;
    path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (path.indexOf('\uFFFD') >= 0) {
      throw refused(entry, "has a name that is not UTF-8; rename the file, or move it elsewhere");
    }
    if (path.length() > MAX_PATH || path.indexOf('\0') >= 0 || path.indexOf('\\') >= 0) {
      throw refused(entry, "has an invalid path");
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw refused(entry, "has a path that leads out of the target directory");
      }
    }
    return path;
  }

  private CorruptFileException refused(TarArchiveEntry entry, String problem) {
    return new CorruptFileException(
        name, tar.getBytesRead(), "the tar member \"" + entry.getName() + "\" " + problem);
  }

  /** The bytes of the member, valid until the next member; closing it does nothing. */
  public InputStream content() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
          return tar.read(bytes, offset, length);
        } catch (IOException e) {
          throw damaged(e);
        }
      }
    };
  }

  /** Failures of the tar format become corruption; those of the underlying stream pass. */
  private IOException damaged(IOException e) {
    return e.getClass() == IOException.class || e instanceof EOFException
        ? new CorruptFileException(name, tar.getBytesRead(), e.getMessage(), e)
        : e;
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }

  /** Rejects global headers: they apply to all later members, so would have to be kept. */
  private static final class WithoutGlobalHeaders extends TarArchiveInputStream {
    private static final int TYPE = 156;

    WithoutGlobalHeaders(InputStream in) {
      super(in, "UTF-8");
    }

    @Override
    protected byte[] readRecord() throws IOException {
      byte[] record = super.readRecord();
      if (record != null && record[TYPE] == TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER) {
        throw new IOException("global tar headers are not supported");
      }
      return record;
    }
  }
}
