package dev.walden.storage.copies;

import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectProof;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Copies an object that a copy lacks from another, if it is sound; never replaces one. */
record ReplicaFill(List<Replica> copies, ObjectProof proof) {

  /**
   * Copies an object.
   *
   * @return its length in bytes; empty if nothing was needed
   * @throws dev.walden.ArchiveConflictException if the copy holds another object
   * @throws CorruptFileException if all that hold it are damaged
   * @throws StorageUnavailableException if that failed, or the outcome is unknown
   */
  OptionalLong fill(String name, Replica to) throws IOException {
    StorageUnavailableException unavailable = null;
    CorruptFileException damage = null;
    List<Replica> sources =
        copies.stream()
            .filter(copy -> copy != to)
            .sorted(
                Comparator.comparing((Replica copy) -> copy.isDamaged(name))
                    .thenComparing(Replica::isUnavailable))
            .toList();
    for (Replica from : sources) {
      try {
        Optional<StoredObject> found = from.find(name);
        if (found.isPresent()) {
          proof.isSound(from, name);
          return copy(found.get(), from, to);
        }
      } catch (CorruptFileException e) {
        from.damaged(name, e);
        damage = e;
      } catch (StorageUnavailableException e) {
        unavailable = e;
      }
    }
    if (unavailable != null) {
      throw unavailable;
    }
    if (damage != null) {
      throw damage;
    }
    return OptionalLong.empty();
  }

  private OptionalLong copy(StoredObject object, Replica from, Replica to) throws IOException {
    String name = object.name();
    if (to.put(name, new CopySource(from, object)) == PutOutcome.EXISTS) {
      ReplicaComparison.require(name, from, to);
      return OptionalLong.empty();
    }
    if (!from.find(name).equals(Optional.of(object))) {
      // meanwhile deleted everywhere else
      to.delete(name);
      return OptionalLong.empty();
    }
    return OptionalLong.of(object.length());
  }
}
