package dev.walden.archive.fs;

import com.sun.nio.file.ExtendedOpenOption;
import dev.walden.archive.storage.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private volatile Support support = Support.UNKNOWN;

  private enum Support {
    UNKNOWN,
    POSSIBLE,
    IMPOSSIBLE
  }

  /** Opens a draft once more; empty if its file system cannot do this. All are in one folder. */
  Optional<FileChannel> open(Path draft) throws IOException {
    if (support == Support.UNKNOWN) {
      boolean aligned = Files.getFileStore(draft).getBlockSize() <= ALIGNMENT;
      support = aligned ? Support.POSSIBLE : Support.IMPOSSIBLE;
    }
    if (support == Support.IMPOSSIBLE) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          FileChannel.open(draft, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT));
    } catch (UnsupportedOperationException e) {
      support = Support.IMPOSSIBLE;
      return Optional.empty();
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
