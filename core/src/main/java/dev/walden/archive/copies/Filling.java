package dev.walden.archive.copies;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.storage.Storage.PutOutcome;
import dev.walden.archive.storage.StoredObject;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Bringing a copy an object that it lacks, from another; it never replaces one. */
record Filling(List<Copy> copies) {

  /**
   * Copies an object.
   *
   * @return how many bytes it has; empty if nothing was to be done
   * @throws dev.walden.ArchiveConflictException if the copy holds another one
   * @throws StorageUnavailableException if that failed, or nobody can tell
   */
  OptionalLong fill(String name, Copy to) throws IOException {
    StorageUnavailableException unavailable = null;
    List<Copy> sources =
        copies.stream()
            .filter(copy -> copy != to)
            .sorted(
                Comparator.comparing((Copy copy) -> copy.isDamaged(name))
                    .thenComparing(Copy::isAway))
            .toList();
    for (Copy from : sources) {
      try {
        Optional<StoredObject> found = from.find(name);
        if (found.isPresent()) {
          return copy(found.get(), from, to);
        }
      } catch (StorageUnavailableException e) {
        unavailable = e;
      }
    }
    if (unavailable != null) {
      throw unavailable;
    }
    return OptionalLong.empty();
  }

  private OptionalLong copy(StoredObject object, Copy from, Copy to) throws IOException {
    String name = object.name();
    if (to.put(name, new CopySource(from, object)) == PutOutcome.EXISTS) {
      SameObject.require(name, from, to);
      return OptionalLong.empty();
    }
    if (!from.find(name).equals(Optional.of(object))) {
      // deleted meanwhile, everywhere but here
      to.delete(name);
      return OptionalLong.empty();
    }
    return OptionalLong.of(object.length());
  }
}
