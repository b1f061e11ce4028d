package dev.walden.storage.copies;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectNames;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.ReplicaCalls.Answer;
import dev.walden.storage.reading.CopyReading;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * One archive on several storages, each of which is a complete archive, byte for byte the same, and
 * can be opened alone.
 *
 * <ul>
 *   <li><b>Writing</b> succeeds when as many copies as are {@link Builder#required} have the object
 *       durably; all, unless set. The others get it in the background, and those that the process
 *       does not live to serve, by {@link #repair}. With fewer than that, it throws {@link
 *       StorageUnavailableException}; trying again is safe. Where more than half are required, two
 *       hosts that reach different copies cannot both have different content acknowledged.
 *   <li><b>Reading</b> takes the first copy that has the object, and the next one where it is away,
 *       lacks it, or proves damaged. Storages know no checksums: an {@code ArchiveStore} finds
 *       damage, and then reads the next of {@link #copies}.
 *   <li><b>Absence</b>, of an object or of a name in a listing, is told only if all copies say so.
 *       While one is away, what no other has is unknown, and listings fail: then open the archive
 *       on a copy that is there, alone.
 *   <li><b>Divergence</b>, two copies with different content under one name, is left as it is,
 *       named in {@link #status}, and a typed conflict to whoever writes that name.
 * </ul>
 *
 * <p>Deletion must reach all copies; if it throws, repeat it, or else a repair brings the object
 * back. Writers of one name meet at the first copy: all who write an archive must name its copies
 * in the same order. Safe for use by many threads; it has threads of its own, which end when it is
 * closed, with the storages.
 */
public final class CopiedStorage implements Storage {
  private final List<Replica> copies;
  private final int required;
  private final ExecutorService threads = Executors.newCachedThreadPool(CopiedStorage::thread);
  private final ReplicaCalls parallel = new ReplicaCalls(threads);
  private final ReplicationBacklog backlog;

  private CopiedStorage(List<Replica> copies, int required, ReplicationBacklog backlog) {
    this.copies = copies;
    this.required = required;
    this.backlog = backlog;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "walden-copy");
    thread.setDaemon(true);
    return thread;
  }

  /** Opens a storage, again and again until that succeeds. */
  public interface Opening {
    Storage open() throws IOException;
  }

  /** Storages that are open, the nearest first. */
  public static Builder of(Storage... storages) {
    Builder builder = new Builder();
    for (Storage storage : storages) {
      builder.copy(storage.toString(), () -> storage);
    }
    return builder;
  }

  /** How copies are kept. */
  public static final class Builder {
    private record Named(String name, Opening opening) {}

    private final List<Named> copies = new ArrayList<>();
    private int required;
    private Duration retryInterval = Duration.ofSeconds(1);
    private Duration closingTime = Duration.ZERO;

    private Builder() {}

    /**
     * One more storage, farther than those named before. It is opened by {@link #open}, or, if that
     * fails, whenever it is needed: so that a process can begin while it is away.
     *
     * @param name what it is called in status, metrics and messages, without secrets
     */
    public Builder copy(String name, Opening opening) {
      copies.add(new Named(name, opening));
      return this;
    }

    /** How many copies must be durable before a write is acknowledged; all unless set. */
    public Builder required(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("a write needs at least one copy, not " + count);
      }
      required = count;
      return this;
    }

    /**
     * How long to wait before a copy that could not be reached is tried again: in the background,
     * where it grows up to 60 times as long, and, while enough others answer, for writes. A second
     * unless set.
     */
    public Builder retryInterval(Duration interval) {
      if (interval.isNegative() || interval.isZero()) {
        throw new IllegalArgumentException("not an interval: " + interval);
      }
      retryInterval = interval;
      return this;
    }

    /**
     * How long {@link CopiedStorage#close} lets the background go on, while copies take what they
     * lack: for processes that do not live long. Zero unless set.
     */
    public Builder closingTime(Duration limit) {
      closingTime = limit;
      return this;
    }

    /**
     * Opens the copies.
     *
     * @throws IllegalArgumentException if there is none, two have the same name, or more are
     *     required than there are
     */
    public CopiedStorage open() {
      Set<String> names = copies.stream().map(Named::name).collect(Collectors.toSet());
      if (copies.isEmpty() || names.size() < copies.size()) {
        throw new IllegalArgumentException("not different copies: " + copies);
      }
      if (required > copies.size()) {
        throw new IllegalArgumentException(required + " of " + copies.size() + " copies required");
      }
      List<Replica> made =
          copies.stream().map(one -> new Replica(one.name, one.opening, retryInterval)).toList();
      made.forEach(Replica::tryOpen);
      return new CopiedStorage(
          made,
          required == 0 ? made.size() : required,
          new ReplicationBacklog(made, retryInterval, closingTime));
    }
  }

  /** How many copies must be durable before a write is acknowledged. */
  public int required() {
    return required;
  }

  ReplicaCalls parallel() {
    return parallel;
  }

  QuorumWrite placement(String name) {
    return new QuorumWrite(name, copies, required, parallel);
  }

  /** Has an object that some copy holds brought to the others. */
  void remember(String name, QuorumWrite place) {
    if (place.isHeld()) {
      place.others().forEach(copy -> backlog.add(copy, name));
    }
  }

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    ObjectNames.check(name);
    QuorumWrite place = placement(name);
    try {
      place.look();
      if (!place.isHeld() && putFirst(name, place, source)) {
        place.fill(source);
        return PutOutcome.CREATED;
      }
      place.spread();
      return PutOutcome.EXISTS;
    } finally {
      remember(name, place);
    }
  }

  @Override
  public void makeDurable(String name) throws IOException {
    ObjectNames.check(name);
    QuorumWrite place = placement(name);
    try {
      place.look();
      if (!place.isHeld()) {
        throw new StorageUnavailableException(name + " is in no copy that can be reached");
      }
      place.force();
      place.spread();
    } finally {
      remember(name, place);
    }
  }

  /** Puts it into the first copy that takes it, where writers of one name meet: false if late. */
  private static boolean putFirst(String name, QuorumWrite place, ObjectSource source)
      throws IOException {
    while (true) {
      Replica first = place.firstLacking();
      try {
        PutOutcome outcome = first.put(name, source);
        place.holds(first);
        return outcome == PutOutcome.CREATED;
      } catch (StorageUnavailableException e) {
        place.failed(first, e);
      }
    }
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    ObjectNames.check(name);
    CopiedWriter writer = new CopiedWriter(name, this);
    try {
      List<Replica> there = copies.stream().filter(copy -> !copy.isAway()).toList();
      writer.begin(there.size() >= required ? there : copies);
      return writer;
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  @Override
  public List<Storage> copies(String name) {
    return inOrder(name).stream().map(copy -> (Storage) copy).toList();
  }

  /** As given, but those that were away a moment ago, and then those known damaged, at the end. */
  private List<Replica> inOrder(String name) {
    return copies.stream()
        .sorted(
            Comparator.comparing((Replica copy) -> copy.isDamaged(name))
                .thenComparing(Replica::isAway))
        .toList();
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    ObjectNames.check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("a negative offset or length: " + offset + ", " + length);
    }
    return CopyReading.open(name, copies(name), copy -> copy.open(name, offset, length), true);
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    ObjectNames.check(name);
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
          "whether there is " + name + " is unknown while a copy is away: " + failure.getMessage(),
          failure);
    }
    return Optional.empty();
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    return list(prefix, after, limit, copies.size());
  }

  @Override
  public List<StoredObject> listReachable(String prefix, String after, int limit)
      throws IOException {
    return list(prefix, after, limit, 1);
  }

  private List<StoredObject> list(String prefix, String after, int limit, int needed)
      throws IOException {
    if (limit < 1) {
      throw new IllegalArgumentException("not a limit: " + limit);
    }
    List<Replica> there = copies.stream().filter(copy -> !copy.isAway()).toList();
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
          "what there is cannot be listed while a copy is away; another can be opened alone: "
              + failure.getMessage(),
          failure);
    }
    return merged.values().stream().limit(limit).toList();
  }

  @Override
  public boolean delete(String name) throws IOException {
    ObjectNames.check(name);
    backlog.remove(name);
    boolean was = false;
    IOException failure = null;
    for (Answer<Boolean> answer : parallel.ask(copies, copy -> copy.delete(name))) {
      if (answer.failure() == null) {
        was |= answer.value();
      } else {
        failure = answer.failure();
      }
    }
    if (failure != null) {
      throw new StorageUnavailableException(
          name + " is not deleted from all copies: " + failure.getMessage(), failure);
    }
    return was;
  }

  /**
   * Compares the listings of all copies, and brings each what it lacks from the first that has it.
   * Nothing is replaced: objects of different lengths are named. What could not be reached is left
   * alone, and said. Needs little memory however large the archive is; others may write meanwhile.
   */
  public RepairReport repair() throws IOException {
    return repair(false);
  }

  /** As {@link #repair}; besides, objects that all have are read, and their bytes compared. */
  public RepairReport repairComparingBytes() throws IOException {
    return repair(true);
  }

  private RepairReport repair(boolean comparing) throws IOException {
    Set<Replica> overflowed = new HashSet<>();
    for (Replica copy : copies) {
      if (backlog.isOverflowed(copy)) {
        overflowed.add(copy);
        backlog.forgetOverflow(copy);
      }
      copy.forgetDivergent();
    }
    boolean complete = false;
    try {
      RepairReport report = new Repair(copies, comparing).run();
      complete = report.complete();
      return report;
    } finally {
      if (!complete) {
        overflowed.forEach(backlog::overflow);
      }
      backlog.retry();
    }
  }

  /** How each copy is now, in order. Costs nothing: no storage is asked. */
  public List<CopyStatus> status() {
    return copies.stream()
        .map(copy -> copy.status(backlog.waiting(copy), backlog.isOverflowed(copy)))
        .toList();
  }

  /** Conditional where all copies' commits are. */
  @Override
  public StorageGuarantees guarantees() {
    return new StorageGuarantees(
        copies.stream().allMatch(copy -> copy.guarantees().conditionalCommit()));
  }

  /** Ends the background, and closes all copies. What waits is found by a later repair. */
  @Override
  public void close() throws IOException {
    backlog.close();
    threads.shutdownNow();
    IOException failure = null;
    for (Replica copy : copies) {
      try {
        copy.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public String toString() {
    return copies.stream().map(Replica::toString).collect(Collectors.joining(" and "));
  }
}
