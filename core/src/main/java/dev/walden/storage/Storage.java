package dev.walden.storage;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where an archive's objects are kept: a folder, a bucket, memory. A storage knows nothing about
 * WAL, compression or encryption; it keeps byte strings under names and never changes them.
 *
 * <h2>The contract</h2>
 *
 * <ul>
 *   <li><b>Names</b> are relative paths with {@code /} between their parts; see {@link
 *       ObjectNames#check}. A storage refuses every other name with {@link
 *       IllegalArgumentException}, and no name ever leads outside the storage. Callers never use a
 *       name both for an object and as a parent of others ({@code a} and {@code a/b}): folders
 *       cannot hold both.
 *   <li><b>All or nothing.</b> An object appears under its name whole, with all its bytes durable,
 *       or not at all. Once {@link #put} or {@link ObjectWriter#commit} returned normally, it
 *       survives a crash of this process and of the machine. If they threw, or the process died,
 *       the object is either absent or whole.
 *   <li><b>Written once.</b> Nothing overwrites an object. Of any number of concurrent creations of
 *       one name exactly one succeeds; all others learn that the name is taken.
 *   <li><b>Read after write.</b> Find, open and list see a created object at once, through every
 *       instance on the same place; a deleted one is gone.
 *   <li><b>Absence is proven.</b> {@link NotArchivedException}, an empty {@link #find} and a
 *       listing without a name mean that the storage answered. Anything that prevents an answer is
 *       a {@link StorageUnavailableException}.
 *   <li><b>Waits end.</b> Every call returns or throws in bounded time, whether or not bytes move.
 *       Interrupting the calling thread makes it throw soon.
 * </ul>
 *
 * <p>Instances are safe for use by many threads. {@code StorageContract} in the test-support jar
 * checks all of this for any implementation.
 */
public interface Storage extends Closeable {

  /** The outcome of {@link #put}. */
  enum PutOutcome {
    /** The object now exists, with this content, durably. */
    CREATED,
    /** The name was already taken, by any content; nothing was changed. */
    EXISTS
  }

  /**
   * Creates an object from a source, if its name is free. The source may be opened more than once.
   *
   * @throws StorageUnavailableException if the object was not stored, or the outcome is unknown;
   *     putting it again is safe
   * @throws IOException if the source failed; the object does not appear
   */
  PutOutcome put(String name, ObjectSource source) throws IOException;

  /**
   * Begins an object whose length is not known yet. If the storage's commits are not conditional
   * ({@link StorageGuarantees#conditionalCommit}), only names unique to their run may be written
   * this way; an archive then writes WAL with {@link #put}.
   */
  ObjectWriter create(String name) throws IOException;

  /**
   * Opens {@code length} bytes of an object from {@code offset}; fewer, or none, only if the object
   * ends earlier. The stream throws {@link StorageUnavailableException} rather than end early.
   *
   * @throws NotArchivedException if the object does not exist; thrown here, not by the stream
   * @throws IllegalArgumentException if {@code offset} or {@code length} is negative
   */
  InputStream open(String name, long offset, long length) throws IOException;

  /** Opens a whole object. */
  default InputStream open(String name) throws IOException {
    return open(name, 0, Long.MAX_VALUE);
  }

  /** Looks an object up, without reading it. */
  Optional<StoredObject> find(String name) throws IOException;

  /**
   * The objects whose names begin with {@code prefix} (any text; not only whole parts of a path)
   * and come after {@code after} in the order of their UTF-16 code units, sorted by name, at most
   * {@code limit}. An empty {@code after} starts at the beginning. Fewer than {@code limit} means
   * that there are no more.
   *
   * @throws IllegalArgumentException if {@code limit} is less than 1
   */
  List<StoredObject> list(String prefix, String after, int limit) throws IOException;

  /**
   * Makes an existing object as durable as {@link #put} makes a new one: its writer may have failed
   * before the end, or after too few copies. Does nothing if a storage's visible objects are always
   * durable.
   *
   * @throws StorageUnavailableException if that failed
   * @throws dev.walden.ArchiveConflictException if two copies differ
   */
  default void makeDurable(String name) throws IOException {}

  /**
   * Removes an object, durably.
   *
   * @return whether it existed
   */
  boolean delete(String name) throws IOException;

  /**
   * A view of this storage for work that would otherwise have to begin anew, such as a base backup:
   * what fails because the storage is unavailable is tried again, each step by itself, for so long.
   * Interruption and closing end that. The view stays open as long as this storage; closing it does
   * nothing. By default this storage itself, which tries only as often as it always does.
   */
  default Storage patient(Duration limit) {
    return this;
  }

  /**
   * Removes objects, durably, with as few requests as the storage allows. A failure for one object
   * does not keep others from being removed.
   *
   * @return the names of those that may still exist, each with the reason; empty if none does
   */
  default Map<String, IOException> deleteAll(Collection<String> names) {
    Map<String, IOException> failed = new LinkedHashMap<>();
    for (String name : names) {
      try {
        delete(name);
      } catch (IOException e) {
        failed.put(name, e);
      }
    }
    return failed;
  }

  /** Which optional guarantees this storage gives. */
  StorageGuarantees guarantees();

  /** Its location, for messages and logs, without secrets. */
  @Override
  String toString();
}
