package dev.walden.recovery.restore;

import dev.walden.archive.ArchiveStore;
import dev.walden.wal.WalSegment;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Fetches the segments that a recovering server will ask for next, into a folder within {@code
 * pg_wal}, where the shell line finds them. The folder belongs to one data directory, so nothing of
 * another restore is ever in it; base backups leave it out. A segment appears there under its name
 * only whole and verified.
 */
final class SegmentPrefetch implements Closeable {
  static final String FOLDER = "walden.spool";
  private static final int MAX_THREADS = 4;
  private static final long LIMIT_MINUTES = 10;
  private static final long STOP_SECONDS = 10;

  private final ArchiveStore archive;
  private final Path folder;
  private final ExecutorService threads;

  /** Begins to fetch. */
  SegmentPrefetch(ArchiveStore archive, Path folder, WalSegment asked, int count)
      throws IOException {
    this.archive = archive;
    this.folder = folder;
    this.threads =
        Executors.newFixedThreadPool(
            Math.min(count, MAX_THREADS),
            task -> {
              Thread thread = new Thread(task, "walden-fetch-ahead");
              thread.setDaemon(true);
              return thread;
            });
    Files.createDirectories(folder);
    RestoredFiles.setMode(folder, RestoredFiles.directoryMode(0700));
    for (WalSegment next : following(asked, count)) {
      threads.execute(() -> fetch(next));
    }
  }

  private static List<WalSegment> following(WalSegment asked, int count) {
    List<WalSegment> following = new ArrayList<>();
    WalSegment next = asked;
    for (int i = 0; i < count; i++) {
      next = next.next();
      following.add(next);
    }
    return following;
  }

  private void fetch(WalSegment segment) {
    Path file = folder.resolve(segment.toString());
    try {
      // the beginning of one may be longer when it is asked for
      if (!Files.exists(file) && archive.contains(segment.fileName())) {
        archive.fetch(segment.fileName(), file);
      }
    } catch (IOException | RuntimeException e) {
      // if the server ever needs this segment, it asks for it, and gets the failure then
    }
  }

  /** Waits until all have been fetched, as far as they can be. */
  void await() throws InterruptedException {
    threads.shutdown();
    threads.awaitTermination(LIMIT_MINUTES, TimeUnit.MINUTES);
  }

  /** Gives up what is not there yet, and waits until nothing is written any more. */
  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the storage call ignored an interruption");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /** Removes the folder. */
  static void clear(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    Files.delete(folder);
  }
}
