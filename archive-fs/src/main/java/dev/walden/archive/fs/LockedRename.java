package dev.walden.archive.fs;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Publishes by a check and a rename, while a file lock excludes all other publishers. The operating
 * system releases the lock of a process that dies.
 */
record LockedRename(Path lockFile) implements Publication {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long PAUSE_MILLIS = 2;

  /**
   * A file lock belongs to the whole process, which loses it as soon as any thread closes the file;
   * therefore this lock must also be process-wide.
   */
  private static final ReentrantLock PROCESS = new ReentrantLock();

  static LockedRename in(StorageRoot root) {
    return new LockedRename(root.resolve(".lock"));
  }

  @Override
  public boolean publish(Path draft, Path target) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    try {
      if (!PROCESS.tryLock(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
        throw taken();
      }
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(channel, end)) {
        if (isTaken(target)) {
          return false;
        }
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        return lock.isValid();
      } finally {
        PROCESS.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  /** Unlike {@link Files#exists}, throws if the answer is unknown: a move would overwrite. */
  private static boolean isTaken(Path target) throws IOException {
    try {
      StorageRoot.attributes(target);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private FileLock lock(FileChannel channel, long end) throws IOException, InterruptedException {
    FileLock lock = channel.tryLock();
    while (lock == null) {
      if (System.nanoTime() - end >= 0) {
        throw taken();
      }
      Thread.sleep(PAUSE_MILLIS);
      lock = channel.tryLock();
    }
    return lock;
  }

  private FileSystemException taken() {
    return new FileSystemException(
        lockFile.toString(), null, "another process has held its lock for " + LIMIT);
  }
}
