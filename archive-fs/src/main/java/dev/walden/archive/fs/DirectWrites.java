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
 * Writes large drafts past the page cache ({@code O_DIRECT}): archived files are not read again
 * soon, so caching them costs processor time and displaces the host's own data. Without support by
 * the file system, everything goes through the cache.
 *
 * <p>Safe for use by many threads.
 */
final class DirectWrites {
  /** Of file positions, memory addresses and lengths. */
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

  /** An option specific to the JDK (module {@code jdk.unsupported}), which a runtime may lack. */
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
   * Opens a draft a second time; empty if that fails for any reason: a real fault shows when the
   * draft is written through the cache. All drafts are in one folder.
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
      // in some containers, Java finds no file store
      return false;
    }
  }

  /** Whether these bytes can be written this way at this position. */
  static boolean fit(ByteBuffer data, long place) {
    return data.isDirect()
        && data.alignmentOffset(data.position(), ALIGNMENT) == 0
        && data.remaining() % ALIGNMENT == 0
        && place % ALIGNMENT == 0;
  }

  /** A buffer for bytes that arrive in small pieces. */
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
