package dev.walden.server.receive.spool;

import dev.walden.StorageUnavailableException;
import dev.walden.files.DurableFiles;
import dev.walden.files.OwnerOnly;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.ValidWalEnd;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
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
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A segment in a file of the spool, {@code <segment>.partial} while it grows and {@code <segment>}
 * once it is {@link #complete}: what was forced survives a crash of the machine, but of the rest a
 * crash may leave the length and lose the bytes.
 *
 * <p>A file that a crash left is not overwritten: bytes that arrive again are compared with those
 * it has, and appended only after them. If they differ, the segment begins anew, and the file is
 * set aside under a name of its own, {@link #diverged}, if it holds other records. Zeros at its end
 * are no bytes it has: they are {@link #AHEAD}, or will come again.
 */
final class SpooledSegment implements OpenSegment {
  static final String SUFFIX = ".partial";
  private static final String DIVERGED = ".diverged-";
  private static final Logger LOG = LoggerFactory.getLogger(SpooledSegment.class);

  /**
   * Where little comes at a time the file grows by so many zeros ahead: forcing bytes is cheaper
   * where the length does not change, which is a change of the file system's own.
   */
  private static final int AHEAD = 256 << 10;

  private static final int LITTLE = 16 << 10;

  private final WalSegment segment;
  private Path file;
  private FileChannel channel;
  private int length;
  private int found;

  /** The file's length. */
  private int extent;

  private final Runnable release;
  private boolean released;

  /**
   * Opens the file of a segment, or begins it.
   *
   * @param release what to do once it is closed
   */
  SpooledSegment(WalSegment segment, Path directory, Runnable release) throws IOException {
    this(segment, directory.resolve(segment + SUFFIX), false, release);
  }

  private SpooledSegment(WalSegment segment, Path file, boolean left, Runnable release)
      throws IOException {
    this.segment = segment;
    this.release = release;
    this.file = file;
    channel = open();
    extent = (int) Math.min(channel.size(), segment.size().bytes());
    boolean whole = file.getFileName().toString().equals(segment.toString());
    found = whole ? extent : withoutZeros(extent);
    length = left ? found : 0;
    // also for a file that is there: who made it may not have come to this
    DurableFiles.forceName(file);
  }

  /** A segment that an earlier receiver left, with all the bytes it has. */
  static SpooledSegment leftover(WalSegment segment, Path file, Runnable release)
      throws IOException {
    return new SpooledSegment(segment, file, true, release);
  }

  private int withoutZeros(int end) throws IOException {
    int stop = end;
    while (stop > 0) {
      int from = Math.max(0, stop - LITTLE);
      byte[] bytes = read(from, stop);
      for (int i = bytes.length; i > 0; i--) {
        if (bytes[i - 1] != 0) {
          return from + i;
        }
      }
      stop = from;
    }
    return 0;
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

  /** The files in a spool that were set aside: WAL of another history than what came again. */
  static List<Path> diverged(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "????????????????????????" + DIVERGED + "*")) {
      files.forEach(found::add);
    }
    found.sort(Comparator.naturalOrder());
    return found;
  }

  /** The name of the segment of which a file holds WAL that was set aside. */
  static WalFileName.Segment nameOf(Path diverged) throws IOException {
    String name = diverged.getFileName().toString();
    try {
      return (WalFileName.Segment) WalFileName.parse(name.substring(0, name.indexOf(DIVERGED)));
    } catch (IllegalArgumentException e) {
      throw new IOException(diverged + " is no spooled WAL", e);
    }
  }

  private FileChannel open() throws IOException {
    return OwnerOnly.open(
        file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
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
      int same = same(data.slice(data.position(), known));
      data.position(data.position() + same);
      length += same;
      if (same < known) {
        setAside();
      }
    }
    boolean little = data.remaining() <= LITTLE;
    try {
      while (data.hasRemaining()) {
        length += channel.write(data, length);
      }
      if (length >= extent) {
        extent = length;
        if (little) {
          growAhead();
        }
      }
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      // a full disk has room again when segments are archived
      throw new StorageUnavailableException("the spool cannot take " + segment + ": " + e, e);
    }
  }

  private void growAhead() throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(Math.min(AHEAD, segment.size().bytes() - extent));
    while (zeros.hasRemaining()) {
      extent += channel.write(zeros, extent);
    }
  }

  /** How many of the bytes are here already. */
  private int same(ByteBuffer bytes) throws IOException {
    ByteBuffer here = ByteBuffer.allocate(bytes.remaining());
    while (here.hasRemaining() && channel.read(here, (long) length + here.position()) >= 0) {}
    int different = here.flip().mismatch(bytes);
    return different < 0 ? bytes.remaining() : different;
  }

  @Override
  public synchronized Optional<byte[]> copy(int from, int to) throws IOException {
    return released ? Optional.empty() : Optional.of(read(from, to));
  }

  private byte[] read(int from, int to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(to - from);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, (long) from + bytes.position()) < 0) {
        throw new IOException(file + " has become shorter");
      }
    }
    return bytes.array();
  }

  /**
   * Goes on with a copy of what agreed. What differs are other records, of a server that lost some
   * and wrote others, or else bytes that a crash left instead of those that were not forced.
   */
  private synchronized void setAside() throws IOException {
    Path aside = file.resolveSibling(segment + DIVERGED + Long.toHexString(System.nanoTime()));
    channel.close();
    Files.move(file, aside);
    channel = open();
    try (FileChannel old = FileChannel.open(aside, StandardOpenOption.READ)) {
      for (long copied = 0; copied < length; ) {
        copied += old.transferTo(copied, length - copied, channel.position(copied));
      }
    }
    found = 0;
    extent = length;
    force();
    if (ValidWalEnd.find(aside, segment).orElse(0) > length) {
      LOG.warn("{} holds other WAL than the server sends now", aside);
    } else {
      Files.delete(aside);
    }
    DurableFiles.forceName(file);
  }

  @Override
  public void truncate(int shorter) throws IOException {
    if (shorter < length) {
      // what an earlier stream left is the same as what came now, or it would be set aside
      extent = Math.max(shorter, found);
      channel.truncate(extent);
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
    }
    // even if it has this name: an earlier call may have failed after the rename
    DurableFiles.forceName(file);
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
        int missing = segment.size().bytes() - extent;
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
  public synchronized void close() throws IOException {
    if (!released) {
      released = true;
      release.run();
    }
    if (channel.isOpen() && extent > Math.max(length, found)) {
      try {
        channel.truncate(Math.max(length, found));
      } catch (IOException e) {
        // interrupted, or worse: then the zeros stay, as after a crash
      }
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
