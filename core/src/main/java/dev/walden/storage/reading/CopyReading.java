package dev.walden.storage.reading;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.storage.ReplicatedStorage;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Reads an object from the first of its {@link ReplicatedStorage#copies copies} that proves sound.
 * With one copy, this adds nothing.
 */
public final class CopyReading {
  private CopyReading() {}

  /** The copies of an object, in the order in which to try them; the storage, if it keeps one. */
  private static List<Storage> copies(String name, Storage storage) {
    return storage instanceof ReplicatedStorage replicated
        ? replicated.copies(name)
        : List.of(storage);
  }

  /** Lists what is reachable: a listed name exists, and a missing name proves nothing. */
  public static PagedListing.Pages reachable(Storage storage) {
    return storage instanceof ReplicatedStorage replicated
        ? replicated::listReachable
        : storage::list;
  }

  /** Reads, or begins to read, from one copy. */
  public interface Reading<T> {
    /**
     * @throws dev.walden.CorruptFileException if this copy is damaged
     */
    T from(Storage copy) throws IOException;
  }

  /**
   * Returns what the first sound copy yields.
   *
   * @throws dev.walden.NotArchivedException if all copies confirm that the object does not exist
   * @throws dev.walden.StorageUnavailableException if none is sound, and one could not be read
   * @throws ArchiveException the first copy's failure, if none is sound
   */
  public static <T> T read(String name, Storage storage, Reading<T> reading) throws IOException {
    return read(name, copies(name, storage), reading);
  }

  private static <T> T read(String name, List<Storage> copies, Reading<T> reading)
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
   * Opens an object. If a copy is damaged or fails, the stream continues with the next one,
   * provided that it begins with the bytes already read.
   *
   * @param opening opens a copy's stream, which throws by its end if the copy is damaged
   * @param provenAsRead whether bytes from such a stream are right even if it throws later. If not,
   *     and there are several copies, each is first read to its end until one proves sound
   */
  public static InputStream open(
      String name, Storage storage, Reading<InputStream> opening, boolean provenAsRead)
      throws IOException {
    List<Storage> copies = copies(name, storage);
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

  /** Rethrows a failure that no other copy can repair. */
  static void requireAnother(ArchiveException e) throws ArchiveException {
    if (e instanceof ArchiveConflictException || Thread.currentThread().isInterrupted()) {
      throw e;
    }
  }
}
