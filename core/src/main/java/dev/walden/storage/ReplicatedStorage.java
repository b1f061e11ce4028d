package dev.walden.storage;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.util.List;

/**
 * A storage that keeps several copies of each object, some of which may be unavailable or damaged.
 * Backends do not implement this; {@link dev.walden.storage.copies.CopiedStorage} combines several
 * of them.
 */
public interface ReplicatedStorage extends Storage {

  /** A copy that learns when it is damaged. */
  interface Copy extends Storage {
    /** Reports a corrupt object read from this copy. */
    void damaged(String name, CorruptFileException damage);
  }

  /**
   * The copies of an object, each readable on its own, in the order in which to try them: if one is
   * damaged or unavailable, the next may not be. Damage is reported to those that are a {@link
   * Copy}.
   */
  List<Storage> copies(String name);

  /**
   * Like {@link #list}, but of the reachable copies only: a listed name exists, but a missing name
   * proves nothing while a copy is unavailable.
   */
  List<StoredObject> listReachable(String prefix, String after, int limit) throws IOException;
}
