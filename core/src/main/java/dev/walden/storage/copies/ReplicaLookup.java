package dev.walden.storage.copies;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.ReplicaCalls.Answer;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What is in the copies. Only all of them together prove that something is not. */
record ReplicaLookup(List<Replica> copies, ReplicaCalls parallel) {

  /** As given, but recently unavailable copies, and then those known damaged, at the end. */
  List<Replica> inOrder(String name) {
    return copies.stream()
        .sorted(
            Comparator.comparing((Replica copy) -> copy.isDamaged(name))
                .thenComparing(Replica::isUnavailable))
        .toList();
  }

  /** The object of this name in the first copy that has it. */
  Optional<StoredObject> find(String name) throws IOException {
    IOException failure = null;
    for (Replica copy : inOrder(name)) {
      try {
        Optional<StoredObject> found = copy.find(name);
        if (found.isPresent()) {
          return found;
        }
      } catch (StorageUnavailableException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw new StorageUnavailableException(
          "cannot tell whether "
              + name
              + " exists while a copy is unavailable: "
              + failure.getMessage(),
          failure);
    }
    return Optional.empty();
  }

  /**
   * What the copies that answer list.
   *
   * @param needed how many must answer
   */
  List<StoredObject> list(String prefix, String after, int limit, int needed) throws IOException {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be positive: " + limit);
    }
    List<Replica> there = copies.stream().filter(copy -> !copy.isUnavailable()).toList();
    List<Replica> asked = there.size() < needed ? copies : there;
    TreeMap<String, StoredObject> merged = new TreeMap<>();
    int answered = 0;
    IOException failure = null;
    for (Answer<List<StoredObject>> answer :
        parallel.ask(asked, copy -> copy.list(prefix, after, limit))) {
      if (answer.failure() == null) {
        answered++;
        answer.value().forEach(object -> merged.putIfAbsent(object.name(), object));
      } else {
        failure = answer.failure();
      }
    }
    if (answered < needed) {
      throw new StorageUnavailableException(
          "cannot list objects while a copy is unavailable; another copy can be opened on its own: "
              + Objects.requireNonNull(failure).getMessage(),
          failure);
    }
    return merged.values().stream().limit(limit).toList();
  }
}
