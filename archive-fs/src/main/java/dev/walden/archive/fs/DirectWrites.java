package dev.walden.archive.fs;

import dev.walden.storage.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writing past the page cache ({@code O_DIRECT}), for large drafts: what is archived is not read
 * again soon, so a copy in the cache takes processor time, and room from what the host is there
 * for. Not every file system can do it; with those that cannot everything goes through the cache.
 *
 * <p>For any number of threads.
 */
final class DirectWrites {
  /** Of places in the file and in memory, and of lengths. */
  private static final int ALIGNMENT = ObjectWriter.ALIGNMENT;

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int MOST_KEPT = 4;

  private static final Optional<OpenOption> DIRECT = option();

  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private volatile Support support = Support.UNKNOWN;

  private enum Support {
    UNKNOWN,
    POSSIBLE,
    IMPOSSIBLE
  }

  /** An option of the JDK's own (module {@code jdk.unsupported}), which not every runtime has. */
  private static Optional<OpenOption> option() {
    try {
      return Arrays.stream(Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
          .filter(option -> option.toString().equals("DIRECT"))
          .map(OpenOption.class::cast)
          .findFirst();
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Opens a draft once more; empty if that is not possible, for what reason ever: what is really
   * wrong shows when it is written to through the cache. All drafts are in one folder.
   */
  Optional<FileChannel> open(Path draft) {
    if (support == Support.UNKNOWN) {
      boolean possible = DIRECT.isPresent() && isAligned(draft);
      support = possible ? Support.POSSIBLE : Support.IMPOSSIBLE;
    }
    if (support == Support.IMPOSSIBLE) {
      return Optional.empty();
    }
    try {
      return Optional.of(FileChannel.open(draft, StandardOpenOption.WRITE, DIRECT.orElseThrow()));
    } catch (UnsupportedOperationException e) {
      support = Support.IMPOSSIBLE;
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isAligned(Path draft) {
    try {
      return Files.getFileStore(draft).getBlockSize() <= ALIGNMENT;
    } catch (IOException | UnsupportedOperationException e) {
      // in some containers Java finds no file system
      return false;
    }
  }

  /** Whether these bytes can be written so, at this place of a file. */
  static boolean fit(ByteBuffer data, long place) {
    return data.isDirect()
        && data.alignmentOffset(data.position(), ALIGNMENT) == 0
        && data.remaining() % ALIGNMENT == 0
        && place % ALIGNMENT == 0;
  }

  /** A buffer for bytes that come in small pieces. */
  ByteBuffer take() {
    ByteBuffer kept = buffers.poll();
    return kept != null
        ? kept.clear()
        : ByteBuffer.allocateDirect(BUFFER_BYTES + ALIGNMENT - 1).alignedSlice(ALIGNMENT);
  }

  void giveBack(ByteBuffer buffer) {
    if (buffers.size() < MOST_KEPT) {
      buffers.add(buffer);
    }
  }
}
