package dev.walden.archive.fs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The folder, within the root, of files that are not published yet. Files of dead processes are
 * removed after a week without a write.
 */
final class Drafts {
  /** Begins with a dot, so that it cannot be an object's name. */
  static final String FOLDER = ".drafts";

  private static final Duration STALE = Duration.ofDays(7);

  private final Path folder;
  private final DurableFolders folders;
  private final AtomicBoolean swept = new AtomicBoolean();

  Drafts(StorageRoot root, DurableFolders folders) {
    this.folder = root.resolve(FOLDER);
    this.folders = folders;
  }

  /** A name for a new draft. */
  Path next() throws IOException {
    folders.require(folder);
    if (swept.compareAndSet(false, true)) {
      sweep();
    }
    return folder.resolve(UUID.randomUUID().toString());
  }

  static FileChannel create(Path draft) throws IOException {
    return FileChannel.open(
        draft,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        DurableFolders.FILE_MODE);
  }

  private void sweep() throws IOException {
    Instant limit = Instant.now().minus(STALE);
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folder)) {
      for (Path draft : drafts) {
        removeIfOlder(draft, limit);
      }
    }
  }

  private static void removeIfOlder(Path draft, Instant limit) {
    try {
      if (StorageRoot.attributes(draft).lastModifiedTime().toInstant().isBefore(limit)) {
        Files.delete(draft);
      }
    } catch (IOException e) {
      // Already gone, or another user's: it takes space, but does no harm.
    }
  }
}
