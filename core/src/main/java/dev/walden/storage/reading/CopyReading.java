package dev.walden.storage.reading;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Reading an object from the first of its {@link Storage#copies copies} that proves sound. Where
 * there is one copy, nothing is added to reading it.
 */
public final class CopyReading {
  private CopyReading() {}

  /** Reads, or begins to read, from one copy. */
  public interface Reading<T> {
    /**
     * @throws dev.walden.CorruptFileException if this copy is damaged
     */
    T from(Storage copy) throws IOException;
  }

  /**
   * What the first sound copy yields.
   *
   * @throws dev.walden.NotArchivedException if all copies say that there is no such object
   * @throws dev.walden.StorageUnavailableException if none is sound, and one could not be read
   * @throws ArchiveException what is wrong with the first copy, if none is sound
   */
  public static <T> T read(String name, List<Storage> copies, Reading<T> reading)
      throws IOException {
    if (copies.size() == 1) {
      return reading.from(copies.get(0));
    }
    CopyFailures failures = new CopyFailures(name);
    for (Storage copy : copies) {
      try {
        return reading.from(copy);
      } catch (ArchiveException e) {
        requireAnother(e);
        failures.add(copy, e);
      }
    }
    throw failures.together();
  }

  /**
   * Opens an object. The stream changes to the next copy where one is damaged or cannot be read
   * further, but only if that one begins with the bytes that were read already.
   *
   * @param opening opens a copy's stream, which throws at its end at the latest if it is damaged
   * @param provenAsRead whether what such a stream yields is right even if it throws later. If not,
   *     and there are several copies, one is read to its end first, to find one that is sound
   */
  public static InputStream open(
      String name, List<Storage> copies, Reading<InputStream> opening, boolean provenAsRead)
      throws IOException {
    if (copies.size() == 1) {
      return opening.from(copies.get(0));
    }
    if (provenAsRead) {
      return new ContinuedInputStream(name, copies, opening);
    }
    Storage sound =
        read(
            name,
            copies,
            copy -> {
              try (InputStream in = opening.from(copy)) {
                in.transferTo(OutputStream.nullOutputStream());
              }
              return copy;
            });
    return new ContinuedInputStream(
        name, copies.subList(copies.indexOf(sound), copies.size()), opening);
  }

  /** Passes on what no other copy can mend. */
  static void requireAnother(ArchiveException e) throws ArchiveException {
    if (e instanceof ArchiveConflictException || Thread.currentThread().isInterrupted()) {
      throw e;
    }
  }
}
