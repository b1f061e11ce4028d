package dev.walden.storage.reading;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ReplicatedStorage;
import dev.walden.storage.Storage;
import java.util.ArrayList;
import java.util.List;

/** Why each copy of an object could not be read, and the combined verdict. */
final class CopyFailures {
  private final String name;
  private final List<ArchiveException> failures = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  CopyFailures(String name) {
    this.name = name;
  }

  void add(Storage copy, ArchiveException failure) {
    failures.add(failure);
    text.append(text.isEmpty() ? "" : "; ").append(copy).append(": ").append(failure.getMessage());
    // without its digest beside it an object is incomplete, not damaged
    if (failure instanceof CorruptFileException damage
        && !(damage.getCause() instanceof NotArchivedException)
        && copy instanceof ReplicatedStorage.Copy damaged) {
      damaged.damaged(name, damage);
    }
  }

  /** Absent if all confirm it; unknown if one is unavailable; else the first failure. */
  ArchiveException together() {
    ArchiveException first =
        failures.stream()
            .filter(failure -> !(failure instanceof NotArchivedException))
            .findFirst()
            .orElse(failures.get(0));
    if (failures.stream().anyMatch(StorageUnavailableException.class::isInstance)) {
      first = new StorageUnavailableException(name + " cannot be read: " + text, first);
    }
    for (ArchiveException other : failures) {
      if (other != first && other != first.getCause()) {
        first.addSuppressed(other);
      }
    }
    return first;
  }
}
