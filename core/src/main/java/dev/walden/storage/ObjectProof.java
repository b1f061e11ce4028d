package dev.walden.storage;

import java.io.IOException;

/**
 * Tells, by reading a stored object, whether it is what it was written as. Used where copies of it
 * differ, to know which is wrong.
 */
@FunctionalInterface
public interface ObjectProof {
  /** Tells nothing of any object. */
  ObjectProof NONE = (storage, name) -> false;

  /**
   * Reads an object.
   *
   * @return true if it is sound, false if that cannot be told
   * @throws dev.walden.CorruptFileException if it is damaged
   * @throws IOException if it could not be read
   */
  boolean isSound(Storage storage, String name) throws IOException;
}
