package dev.walden.server.receive.spool;

import dev.walden.files.OwnerOnly;
import dev.walden.server.SpoolInUseException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps others off a spool, in this process and in others, until it is closed or the process ends,
 * however that happens. The file stays.
 */
public final class SpoolLock implements Closeable {
  private static final String NAME = ".lock";

  /**
   * The spools that this process has locked. A lock of POSIX is the process's, and gone once the
   * process closes any descriptor of the file: it must not be opened to find out.
   */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private SpoolLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks a directory that exists.
   *
   * @throws SpoolInUseException if somebody else has
   */
  public static SpoolLock of(Path spool) throws IOException {
    Path directory = spool.toRealPath();
    if (!OWN.add(directory)) {
      throw new SpoolInUseException(spool);
    }
    Optional<FileChannel> locked = Optional.empty();
    try {
      locked = lock(directory.resolve(NAME));
    } finally {
      if (locked.isEmpty()) {
        OWN.remove(directory);
      }
    }
    return new SpoolLock(directory, locked.orElseThrow(() -> new SpoolInUseException(spool)));
  }

  /** Locks a file, unless somebody else has. */
  private static Optional<FileChannel> lock(Path file) throws IOException {
    FileChannel channel =
        OwnerOnly.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // somebody else's code in this process
      locked = false;
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    return locked ? Optional.of(channel) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      OWN.remove(directory);
    }
  }
}
