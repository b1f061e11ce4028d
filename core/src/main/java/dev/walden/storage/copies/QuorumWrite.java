package dev.walden.storage.copies;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.ReplicaCalls.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which copies hold one object durably, and why others do not, while it is written. */
final class QuorumWrite {
  private final String name;
  private final List<Replica> copies;
  private final int required;
  private final ReplicaCalls parallel;
  private final List<Replica> holders = new ArrayList<>();
  private final List<Replica> lacking = new ArrayList<>();
  private final List<Replica> damaged = new ArrayList<>();
  private final Map<Replica, IOException> failures = new LinkedHashMap<>();

  QuorumWrite(String name, List<Replica> copies, int required, ReplicaCalls parallel) {
    this.name = name;
    this.copies = copies;
    this.required = required;
    this.parallel = parallel;
  }

  /**
   * Asks all copies for the object; recently unavailable copies only if they are needed.
   *
   * @throws StorageUnavailableException if too few answer to make it durable
   */
  void look() throws IOException {
    List<Replica> unavailable = copies.stream().filter(Replica::isUnavailable).toList();
    if (!unavailable.isEmpty() && copies.size() - unavailable.size() >= required) {
      StorageUnavailableException known =
          new StorageUnavailableException("was unreachable a moment ago");
      unavailable.forEach(copy -> failures.put(copy, known));
      ask(copies.stream().filter(copy -> !unavailable.contains(copy)).toList());
    } else {
      ask(copies);
    }
    setDamagedAside();
    requirePossible();
  }

  /** Disregards copies known to be damaged, if there is a sound one. */
  private void setDamagedAside() {
    List<Replica> unsound = holders.stream().filter(copy -> copy.isDamaged(name)).toList();
    if (unsound.size() < holders.size()) {
      holders.removeAll(unsound);
      damaged.addAll(unsound);
      unsound.forEach(
          copy ->
              failures.put(
                  copy, new StorageUnavailableException("holds a damaged object; remove it")));
    }
  }

  private void ask(List<Replica> asked) throws IOException {
    for (Answer<Optional<StoredObject>> answer : parallel.ask(asked, copy -> copy.find(name))) {
      if (answer.failure() != null) {
        failures.put(answer.copy(), answer.failure());
      } else if (answer.value().isPresent()) {
        holders.add(answer.copy());
      } else {
        lacking.add(answer.copy());
      }
    }
  }

  private void requirePossible() throws StorageUnavailableException {
    if (holders.size() + lacking.size() < required) {
      throw unavailable();
    }
  }

  StorageUnavailableException unavailable() {
    StringBuilder text =
        new StringBuilder(name)
            .append(" is durable in ")
            .append(holders.size())
            .append(" of the ")
            .append(required)
            .append(" copies required");
    failures.forEach(
        (copy, e) -> text.append("; ").append(copy).append(": ").append(e.getMessage()));
    IOException cause = failures.values().stream().findFirst().orElse(null);
    return new StorageUnavailableException(text.toString(), cause);
  }

  boolean isHeld() {
    return !holders.isEmpty();
  }

  /** The first copy known to lack it. */
  Replica firstLacking() {
    return lacking.get(0);
  }

  void holds(Replica copy) {
    lacking.remove(copy);
    holders.add(copy);
  }

  /** Continues without a copy, if enough others remain. */
  void failed(Replica copy, IOException failure) throws IOException {
    lacking.remove(copy);
    failures.put(copy, failure);
    if (!(failure instanceof StorageUnavailableException)) {
      throw failure;
    }
    requirePossible();
  }

  /** Counts a copy that reported the name as taken, if it holds the same object. */
  void taken(Replica copy) throws IOException {
    if (isHeld()) {
      try {
        ReplicaComparison.require(name, holders.get(0), copy);
      } catch (StorageUnavailableException e) {
        failed(copy, e);
        return;
      }
    }
    holds(copy);
  }

  /** Makes it durable in the copies that hold it: its writer may have failed before the end. */
  void force() throws IOException {
    for (Replica holder : List.copyOf(holders)) {
      try {
        holder.makeDurable(name);
      } catch (StorageUnavailableException e) {
        holders.remove(holder);
        failed(holder, e);
      }
    }
    if (holders.isEmpty()) {
      throw unavailable();
    }
  }

  /** Compares the copies that hold it, then copies it until the required number hold it. */
  void spread() throws IOException {
    List<Replica> found = List.copyOf(holders);
    Replica first = found.get(0);
    for (Replica other : found.subList(1, found.size())) {
      holders.remove(other);
      taken(other);
    }
    if (holders.size() < required) {
      StoredObject object =
          first
              .find(name)
              .orElseThrow(
                  () -> new StorageUnavailableException(name + " was removed from " + first));
      fill(new CopySource(first, object));
    }
  }

  /** Puts it into copies that lack it, several at once, until enough hold it. */
  void fill(ObjectSource source) throws IOException {
    while (holders.size() < required) {
      requirePossible();
      List<Replica> next = List.copyOf(lacking.subList(0, required - holders.size()));
      for (Answer<PutOutcome> answer : parallel.ask(next, copy -> copy.put(name, source))) {
        if (answer.failure() != null) {
          failed(answer.copy(), answer.failure());
        } else if (answer.value() == PutOutcome.CREATED) {
          holds(answer.copy());
        } else {
          taken(answer.copy());
        }
      }
    }
  }

  /** The copies not known to hold it. */
  List<Replica> others() {
    return copies.stream()
        .filter(copy -> !holders.contains(copy) && !damaged.contains(copy))
        .toList();
  }

  boolean isDurable() {
    return holders.size() >= required;
  }
}
