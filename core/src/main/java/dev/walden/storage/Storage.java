package dev.walden.storage;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where an archive's objects are kept: a folder, a bucket, memory. A storage knows nothing of WAL,
 * compression or encryption; it keeps byte strings under names and never changes one.
 *
 * <h2>The contract</h2>
 *
 * <ul>
 *   <li><b>Names</b> are relative paths with {@code /} between their parts; see {@link
 *       ObjectNames#check}. A storage refuses every other name with {@link
 *       IllegalArgumentException}, and no name ever leads outside the storage. Nobody uses a name
 *       both for an object and as the beginning of others' paths ({@code a} and {@code a/b}):
 *       folders cannot hold both.
 *   <li><b>All or nothing.</b> An object appears under its name whole, with all its bytes durable,
 *       or not at all. After {@link #put} or {@link ObjectWriter#commit} returned normally it
 *       survives a crash of this process and of the machine. After they threw, or the process died,
 *       the object is either absent or whole.
 *   <li><b>Written once.</b> Nothing overwrites an object. Of any number of simultaneous creations
 *       of one name exactly one succeeds, and all others learn that the name is taken.
 *   <li><b>Read after write.</b> What was created is seen at once by find, open and list, through
 *       every instance that looks at the same place; what was deleted is gone.
 *   <li><b>Absence is proven.</b> {@link NotArchivedException}, an empty {@link #find} and a
 *       listing without a name mean that the storage answered. Whatever keeps it from answering is
 *       a {@link StorageUnavailableException}.
 *   <li><b>Waits end.</b> Every call returns or throws in bounded time while bytes move or not;
 *       interrupting the calling thread makes it throw soon.
 * </ul>
 *
 * <p>Instances are safe for use by many threads. {@code StorageContract} in the test-support jar
 * checks all this for any implementation.
 */
public interface Storage extends Closeable {

  /** What became of a {@link #put}. */
  enum PutOutcome {
    /** The object is there now, with this content, durable. */
    CREATED,
    /** The name was taken already, by whatever content; nothing was changed. */
    EXISTS
  }

  /**
   * Creates an object, if its name is free, from a source that may be opened more than once.
   *
   * @throws StorageUnavailableException if the object could not be stored, or nobody can tell
   *     whether it was; putting it again is safe
   * @throws IOException if the source failed; the object does not appear
   */
  PutOutcome put(String name, ObjectSource source) throws IOException;

  /**
   * Begins an object whose length is not known yet. Where a storage declares ({@link
   * StorageGuarantees#conditionalCommit}) that its commits are not conditional, only names that are
   * unique to their run may be written so; an archive writes WAL with {@link #put} there.
   */
  ObjectWriter create(String name) throws IOException;

  /**
   * Opens {@code length} bytes of an object from {@code offset}; fewer, or none, come only if the
   * object ends before. The stream throws {@link StorageUnavailableException} rather than end
   * early.
   *
   * @throws NotArchivedException if there is no such object; thrown here, not by the stream
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
   * Like {@link #list}, of what can be reached: a name in it is there, and a name missing from it
   * proves nothing where a storage keeps several copies and one is away. For one copy the same.
   */
  default List<StoredObject> listReachable(String prefix, String after, int limit)
      throws IOException {
    return list(prefix, after, limit);
  }

  /**
   * The copies of an object that this storage keeps, each to be read by itself, in the order in
   * which to try them: where one is damaged, or away, the next may not be. Itself, if it keeps one.
   */
  default List<Storage> copies(String name) {
    return List.of(this);
  }

  /**
   * Makes an object that is there as durable as {@link #put} makes a new one: whoever put it may
   * not have come to the end, and where several copies are kept, have reached too few. Nothing to
   * do where an object that is there is durable always.
   *
   * @throws StorageUnavailableException if that failed
   * @throws dev.walden.ArchiveConflictException if two copies differ
   */
  default void makeDurable(String name) throws IOException {}

  /** Learns that an object that was read from here, one of {@link #copies}, is damaged. */
  default void damaged(String name, CorruptFileException damage) {}

  /**
   * Removes an object, durably.
   *
   * @return whether it was there
   */
  boolean delete(String name) throws IOException;

  /**
   * Removes objects, durably, with as few requests as the storage allows. One that cannot be
   * removed keeps no other from it.
   *
   * @return the names of those that may still be there, each with the reason; empty if all are
   *     gone, or were not there
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

  /**
   * Whether {@link #put} may keep where a source's bytes lie, instead of the bytes; of which
   * sources is the storage's business. Most storages never do.
   */
  default boolean keepsReferences() {
    return false;
  }

  /** What this storage promises beyond the contract, or cannot promise. */
  StorageGuarantees guarantees();

  /** Says where it is, for messages and logs, without secrets. */
  @Override
  String toString();
}
