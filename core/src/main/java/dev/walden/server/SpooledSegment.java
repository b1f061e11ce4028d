package dev.walden.server;

import dev.walden.archive.storage.DurableFiles;
import dev.walden.archive.storage.ObjectSource;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A segment in a file of the spool, {@code <segment>.partial} while it grows and {@code <segment>}
 * once it is {@link #complete}: what was forced survives a crash of the machine, but of the rest a
 * crash may leave the length and lose the bytes.
 *
 * <p>A file that a crash left is not overwritten: bytes that arrive again are compared with those
 * it has, and appended only after them. If they differ, the file is set aside under a name of its
 * own and the segment begins anew.
 */
final class SpooledSegment implements OpenSegment {
  static final String SUFFIX = ".partial";

  private final WalSegment segment;
  private Path file;
  private FileChannel channel;
  private int length;
  private int found;
  private final Runnable release;
  private boolean released;

  /**
   * Opens the file of a segment, or begins it.
   *
   * @param release what to do once it is closed
   */
  SpooledSegment(WalSegment segment, Path directory, Runnable release) throws IOException {
    this(segment, directory.resolve(segment + SUFFIX), 0, release);
  }

  private SpooledSegment(WalSegment segment, Path file, int length, Runnable release)
      throws IOException {
    this.segment = segment;
    this.release = release;
    this.file = file;
    this.length = length;
    channel = open();
    found = (int) Math.min(channel.size(), segment.size().bytes());
    // also for a file that is there: who made it may not have come to this
    DurableFiles.forceDirectory(file.getParent());
  }

  /** A segment that an earlier receiver left, with all the bytes it has. */
  static SpooledSegment leftover(
      WalFileName name, WalSegment segment, Path directory, Runnable release) throws IOException {
    Path file = directory.resolve(name.toString());
    int length = (int) Math.min(Files.size(file), segment.size().bytes());
    return new SpooledSegment(segment, file, length, release);
  }

  /** The names of the files that lie in a spool, in order. */
  static List<WalFileName> files(Path directory, boolean whole) throws IOException {
    List<WalFileName> names = new ArrayList<>();
    String glob = whole ? "????????????????????????" : "*" + SUFFIX;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      for (Path file : files) {
        WalFileName name = WalFileName.parse(file.getFileName().toString());
        if (whole == name instanceof WalFileName.Segment) {
          names.add(name);
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(directory + " holds files that are no spooled WAL", e);
    }
    names.sort(Comparator.comparing(WalFileName::toString));
    return names;
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public WalSegment segment() {
    return segment;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void append(ByteBuffer data) throws IOException {
    if (data.remaining() > segment.size().bytes() - length) {
      throw new IllegalArgumentException("more bytes than fit into " + segment);
    }
    int known = Math.min(data.remaining(), Math.max(0, found - length));
    if (known > 0) {
      ByteBuffer again = data.slice(data.position(), known);
      if (!isHere(again)) {
        setAside();
      } else {
        data.position(data.position() + known);
        length += known;
      }
    }
    while (data.hasRemaining()) {
      length += channel.write(data, length);
    }
  }

  private boolean isHere(ByteBuffer bytes) throws IOException {
    ByteBuffer here = ByteBuffer.allocate(bytes.remaining());
    while (here.hasRemaining()) {
      if (channel.read(here, (long) length + here.position()) < 0) {
        return false;
      }
    }
    return here.flip().equals(bytes);
  }

  @Override
  public byte[] copy(int from, int to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(to - from);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, (long) from + bytes.position()) < 0) {
        throw new IOException(file + " has become shorter");
      }
    }
    return bytes.array();
  }

  /** Keeps the file that differs, and goes on with a copy of what agreed. */
  private void setAside() throws IOException {
    Path aside = file.resolveSibling(segment + ".diverged-" + Long.toHexString(System.nanoTime()));
    channel.close();
    Files.move(file, aside);
    channel = open();
    try (FileChannel old = FileChannel.open(aside, StandardOpenOption.READ)) {
      for (long copied = 0; copied < length; ) {
        copied += old.transferTo(copied, length - copied, channel.position(copied));
      }
    }
    found = 0;
    DurableFiles.forceDirectory(file.getParent());
  }

  @Override
  public void truncate(int shorter) throws IOException {
    if (shorter < length) {
      // what an earlier stream left is the same as what came now, or it would be set aside
      channel.truncate(Math.max(shorter, found));
      length = shorter;
    }
  }

  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void complete() throws IOException {
    if (!isComplete()) {
      throw new IllegalStateException(segment + " has " + length + " bytes only");
    }
    force();
    Path whole = file.resolveSibling(segment.toString());
    if (!file.equals(whole)) {
      Files.move(file, whole, StandardCopyOption.ATOMIC_MOVE);
      file = whole;
      DurableFiles.forceDirectory(file.getParent());
    }
  }

  @Override
  public ObjectSource padded() {
    return new ObjectSource() {
      @Override
      public long length() {
        return segment.size().bytes();
      }

      @Override
      public InputStream open() throws IOException {
        // what an earlier stream left beyond the length was acknowledged, too
        int missing = segment.size().bytes() - Math.max(length, found);
        InputStream bytes = Files.newInputStream(file);
        return missing == 0 ? bytes : new SequenceInputStream(bytes, new Zeros(missing));
      }
    };
  }

  @Override
  public void discard() throws IOException {
    close();
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    if (!released) {
      released = true;
      release.run();
    }
    channel.close();
  }

  /** A number of zeros. */
  private static final class Zeros extends InputStream {
    private int left;

    Zeros(int count) {
      left = count;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) {
      int n = Math.min(count, left);
      Arrays.fill(bytes, offset, offset + n, (byte) 0);
      left -= n;
      return n == 0 && count > 0 ? -1 : n;
    }
  }
}
