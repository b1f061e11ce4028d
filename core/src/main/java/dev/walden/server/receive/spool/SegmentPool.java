package dev.walden.server.receive.spool;

import dev.walden.files.DurableFiles;
import dev.walden.files.OwnerOnly;
import dev.walden.storage.ObjectWriter;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.ValidWalEnd;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Room for segments on their way, in memory or in a spool: so many and no more, so that a storage
 * that is away stops the stream and not the process.
 */
public final class SegmentPool implements Closeable {
  /** Larger segments go through files: memory outside the heap is not for gigabytes. */
  private static final int MAX_BUFFERED = 64 << 20;

  private final WalSegmentSize size;
  private final Optional<Path> spool;
  private final int room;
  private final Semaphore free;

  /** Where segments are kept in memory. */
  private final Optional<BufferMemory.Share> memory;

  private final Set<Path> opened = new HashSet<>();

  /** Where files are without a spool, once there are any. */
  private volatile @Nullable Path temporary;

  private SegmentPool(
      WalSegmentSize size, Optional<Path> spool, Optional<BufferMemory.Share> memory, int room) {
    this.size = size;
    this.spool = spool;
    this.memory = memory;
    this.room = room;
    this.free = new Semaphore(room);
  }

  /** Room in a spool. */
  public static SegmentPool in(Path spool, WalSegmentSize size, long limit) throws IOException {
    if (!Files.isDirectory(spool)) {
      OwnerOnly.createDirectories(spool);
      DurableFiles.forceName(spool);
    }
    OwnerOnly.requireUnwritable(spool);
    int room = (int) Math.max(3, limit / size.bytes());
    return new SegmentPool(size, Optional.of(spool), Optional.empty(), room);
  }

  /**
   * Room for some segments in memory.
   *
   * @throws IllegalStateException if there is none for another receiver
   */
  public static SegmentPool in(BufferMemory memory, WalSegmentSize size, int room) {
    return size.bytes() > MAX_BUFFERED
        ? inTemporaryFiles(size, room)
        : new SegmentPool(size, Optional.empty(), Optional.of(memory.join(size.bytes())), room);
  }

  /** Room for some segments in files that are deleted at the end. */
  public static SegmentPool inTemporaryFiles(WalSegmentSize size, int room) {
    return new SegmentPool(size, Optional.empty(), Optional.empty(), room);
  }

  /** Where a spool keeps its files, if there is one. */
  public Optional<Path> spool() {
    return spool;
  }

  /**
   * Room for a segment. If all that there is is taken by segments that wait for this one, since a
   * record goes on in it, it is a file, lest such a record take memory.
   *
   * @param held how many of those there are
   * @return empty if none got free in the time
   */
  public Optional<OpenSegment> open(WalSegment segment, int held, long milliseconds)
      throws IOException, InterruptedException {
    if (held >= room) {
      return Optional.of(spooled(segment, () -> {}));
    }
    if (!free.tryAcquire(milliseconds, TimeUnit.MILLISECONDS)) {
      return Optional.empty();
    }
    Optional<OpenSegment> opened = Optional.empty();
    try {
      opened =
          memory.isPresent()
              ? inMemory(segment, memory.get(), held, milliseconds)
              : Optional.of(spooled(segment, free::release));
    } finally {
      if (opened.isEmpty()) {
        free.release();
      }
    }
    return opened;
  }

  private Optional<OpenSegment> inMemory(
      WalSegment segment, BufferMemory.Share share, int held, long milliseconds)
      throws IOException, InterruptedException {
    Optional<ByteBuffer> buffer = share.take(milliseconds);
    if (buffer.isEmpty()) {
      // nothing that is being archived will give memory back
      boolean last = share.taken() <= held;
      return last ? Optional.of(spooled(segment, free::release)) : Optional.empty();
    }
    return Optional.of(
        new BufferedSegment(
            segment,
            buffer.get(),
            () -> {
              share.give(buffer.get());
              free.release();
            }));
  }

  static ByteBuffer aligned(int bytes) {
    return ByteBuffer.allocateDirect(bytes + ObjectWriter.ALIGNMENT - 1)
        .alignedSlice(ObjectWriter.ALIGNMENT)
        .slice(0, bytes);
  }

  private OpenSegment spooled(WalSegment segment, Runnable release) throws IOException {
    return new SpooledSegment(segment, directory(), release);
  }

  private Path directory() throws IOException {
    if (spool.isPresent()) {
      return spool.get();
    }
    Path directory = temporary;
    if (directory == null) {
      directory = Files.createTempDirectory("walden-");
      temporary = directory;
    }
    return directory;
  }

  /** The segments in the spool that were received and forced to the last byte; in order. */
  public List<WalSegment> complete() throws IOException {
    return names(true);
  }

  /** The segments in the spool that have a beginning only; in order. */
  public List<WalSegment> begun() throws IOException {
    return names(false);
  }

  private List<WalSegment> names(boolean whole) throws IOException {
    return spool.isEmpty()
        ? List.of()
        : SpooledSegment.files(spool.get(), whole).stream().map(this::segment).toList();
  }

  /** Opens those that an earlier receiver received and forced to the last byte; in order. */
  public List<OpenSegment> openComplete() throws IOException {
    return leftovers(true);
  }

  /** The beginnings of segments that an earlier receiver left in the spool; in order. */
  public List<OpenSegment> leftovers() throws IOException {
    return leftovers(false);
  }

  private List<OpenSegment> leftovers(boolean whole) throws IOException {
    List<OpenSegment> found = new ArrayList<>();
    if (spool.isEmpty()) {
      return found;
    }
    for (WalFileName name : SpooledSegment.files(spool.get(), whole)) {
      // what is there already takes room, but is never refused
      boolean counted = free.tryAcquire();
      found.add(
          SpooledSegment.leftover(
              segment(name),
              spool.get().resolve(name.toString()),
              counted ? free::release : () -> {}));
    }
    return found;
  }

  /**
   * Opens the files that were set aside because other WAL came in their place, each once. One
   * without any valid record is of no use to anybody and deleted.
   */
  public List<OpenSegment> diverged() throws IOException {
    List<OpenSegment> found = new ArrayList<>();
    for (Path file : spool.isEmpty() ? List.<Path>of() : SpooledSegment.diverged(spool.get())) {
      WalSegment segment = segment(SpooledSegment.nameOf(file));
      if (ValidWalEnd.find(file, segment).isEmpty()) {
        Files.delete(file);
      } else if (opened.add(file)) {
        found.add(SpooledSegment.leftover(segment, file, () -> {}));
      }
    }
    return found;
  }

  /** Where the first segment begins of those an earlier receiver left, if it left any. */
  public Optional<Lsn> start() throws IOException {
    return begun().stream().map(WalSegment::start).min(Comparator.naturalOrder());
  }

  private WalSegment segment(WalFileName name) {
    return name instanceof WalFileName.Partial partial
        ? partial.segment().segment(size)
        : ((WalFileName.Segment) name).segment(size);
  }

  @Override
  public void close() throws IOException {
    memory.ifPresent(BufferMemory.Share::close);
    Path directory = temporary;
    if (directory != null) {
      try (var files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(directory);
    }
  }
}
