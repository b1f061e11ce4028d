package dev.walden.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;

/** Makes files and directories survive a crash of the machine. */
public final class DurableFiles {
  private DurableFiles() {}

  /** Prepares an empty draft, for example by setting permissions. */
  public interface Preparation {
    void prepare(Path draft) throws IOException;
  }

  /** Makes the entries of a directory survive a crash of the machine. */
  public static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Makes a file's bytes survive a crash of the machine; its name may still be lost. */
  public static void forceFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Makes the name of a file or directory survive a crash of the machine. */
  public static void forceName(Path file) throws IOException {
    forceDirectory(Objects.requireNonNull(file.toAbsolutePath().getParent()));
  }

  /**
   * Durably renames a file, whose bytes were forced before, within its directory. Replaces a file
   * of that name: after a crash it is the old or the new one, whole.
   */
  public static void publish(Path draft, Path file) throws IOException {
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceName(file);
  }

  /**
   * Creates a file, or replaces it, durably: after a crash it is the old or the new one, whole.
   * Only its owner can read it.
   *
   * @param draft a temporary name in the same directory; a file of that name is lost
   */
  public static void replace(Path file, Path draft, byte[] content) throws IOException {
    replace(file, draft, content, empty -> {});
  }

  /** The same, with a {@code preparation} of the empty draft. */
  public static void replace(Path file, Path draft, byte[] content, Preparation preparation)
      throws IOException {
    try {
      try (FileChannel channel =
          OwnerOnly.open(
              draft,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE))) {
        preparation.prepare(draft);
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      publish(draft, file);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
