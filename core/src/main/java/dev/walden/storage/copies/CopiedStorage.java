package dev.walden.storage.copies;

import dev.walden.StorageUnavailableException;
import dev.walden.errors.Arguments;
import dev.walden.storage.ObjectNames;
import dev.walden.storage.ObjectProof;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.ReplicatedStorage;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.ReplicaCalls.Answer;
import dev.walden.storage.reading.CopyReading;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * One archive on several storages. Each is a complete archive, byte for byte the same, and can be
 * opened on its own.
 *
 * <ul>
 *   <li><b>Writing</b> succeeds once the {@link Builder#required} number of copies, by default all,
 *       hold the object durably. The others receive it in the background, or from {@link #repair}
 *       if the process ends first. With too few copies, it throws {@link
 *       StorageUnavailableException}; retrying is safe. If more than half are required, two hosts
 *       that reach different copies cannot both have different content acknowledged.
 *   <li><b>Reading</b> uses the first copy that has the object, and the next one if that copy is
 *       unavailable, lacks the object, or proves damaged. Storages know no checksums: an {@code
 *       ArchiveStore} detects damage, and then reads the next of {@link #copies}.
 *   <li><b>Absence</b>, of an object or of a name in a listing, is reported only if all copies
 *       confirm it. While one is unavailable, it is unknown whether objects that no other copy has
 *       exist, and listings fail: then open the archive on one reachable copy.
 *   <li><b>Divergence</b>, two copies with different content under one name, is left as it is and
 *       reported by {@link #status}. Writers of that name receive a typed conflict.
 * </ul>
 *
 * <p>Deletion must reach all copies. If it throws, repeat it; otherwise a repair restores the
 * object. The first copy arbitrates concurrent writers: all writers of an archive must name its
 * copies in the same order. Safe for use by many threads. Its own threads end when it is closed, as
 * do the storages.
 */
public final class CopiedStorage implements ReplicatedStorage {
  private final List<Replica> copies;
  private final int required;
  private final ExecutorService threads = Executors.newCachedThreadPool(CopiedStorage::thread);
  private final ReplicaCalls parallel = new ReplicaCalls(threads);
  private final ReplicaLookup lookup;
  private final ReplicationBacklog backlog;

  private CopiedStorage(List<Replica> copies, int required, ReplicationBacklog backlog) {
    this.copies = copies;
    this.required = required;
    this.backlog = backlog;
    this.lookup = new ReplicaLookup(copies, parallel);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "walden-copy");
    thread.setDaemon(true);
    return thread;
  }

  /** Opens a storage; called again until it succeeds. */
  public interface Opening {
    Storage open() throws IOException;
  }

  /** Copies on open storages, nearest first; their opener closes them. */
  public static Builder of(Storage... storages) {
    Builder builder = new Builder();
    for (Storage storage : storages) {
      builder.copies.add(new Builder.Named(storage.toString(), () -> storage, false));
    }
    return builder;
  }

  /** Describes the copies and how to keep them. */
  public static final class Builder {
    private record Named(String name, Opening opening, boolean closed) {}

    private final List<Named> copies = new ArrayList<>();
    private int required;
    private Duration retryInterval = Duration.ofSeconds(1);
    private Duration closingTime = Duration.ZERO;

    private Builder() {}

    /**
     * Adds a storage, farther than the previous ones. {@link #open} opens it, and closing the whole
     * closes it; if that fails, it is opened when needed, so that a process can start while the
     * storage is unavailable.
     *
     * @param name its name in status, metrics and messages, without secrets
     */
    public Builder copy(String name, Opening opening) {
      copies.add(new Named(name, opening, true));
      return this;
    }

    /** How many copies must be durable before a write is acknowledged; by default all. */
    public Builder required(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("a write needs at least one copy, not " + count);
      }
      required = count;
      return this;
    }

    /**
     * How long to wait before an unreachable copy is retried: in the background, where the wait
     * grows up to 60 times, and by writes while enough others answer. One second by default.
     */
    public Builder retryInterval(Duration interval) {
      retryInterval = Arguments.positive("retryInterval", interval);
      return this;
    }

    /**
     * How long {@link CopiedStorage#close} lets background copying continue while it makes
     * progress: for short-lived processes. Zero by default.
     */
    public Builder closingTime(Duration limit) {
      closingTime = Arguments.notNegative("closingTime", limit);
      return this;
    }

    /**
     * Opens the copies.
     *
     * @throws IllegalArgumentException if there is no copy, two have the same name, or more are
     *     required than exist
     */
    public CopiedStorage open() {
      Set<String> names = copies.stream().map(Named::name).collect(Collectors.toSet());
      if (copies.isEmpty() || names.size() < copies.size()) {
        throw new IllegalArgumentException(
            "copies must be at least one, with distinct names: " + copies);
      }
      if (required > copies.size()) {
        throw new IllegalArgumentException(required + " of " + copies.size() + " copies required");
      }
      List<Replica> made =
          copies.stream()
              .map(one -> new Replica(one.name, one.opening, one.closed, retryInterval))
              .toList();
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

  /** Queues an object that some copy holds for the others. */
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
        throw new StorageUnavailableException(name + " is in no reachable copy");
      }
      place.force();
      place.spread();
    } finally {
      remember(name, place);
    }
  }

  /** Puts it into the first copy that accepts it, which arbitrates: false if another was first. */
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
      List<Replica> there = copies.stream().filter(copy -> !copy.isUnavailable()).toList();
      writer.begin(there.size() >= required ? there : copies);
      return writer;
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  @Override
  public List<Storage> copies(String name) {
    return lookup.inOrder(name).stream().map(copy -> (Storage) copy).toList();
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    ObjectNames.check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative offset or length: " + offset + ", " + length);
    }
    return CopyReading.open(name, this, copy -> copy.open(name, offset, length), true);
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    ObjectNames.check(name);
    return lookup.find(name);
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    return lookup.list(prefix, after, limit, copies.size());
  }

  @Override
  public List<StoredObject> listReachable(String prefix, String after, int limit)
      throws IOException {
    return lookup.list(prefix, after, limit, 1);
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
   * Compares the listings of all copies, and copies to each what it lacks from the first that has
   * it. Nothing is replaced: objects of different lengths are reported, bytes are not compared.
   * Unreachable copies are left alone and reported. Memory does not grow with the archive; others
   * may write meanwhile.
   */
  public RepairReport repair() throws IOException {
    return repair(Optional.empty());
  }

  /**
   * As {@link #repair}, and also compares the bytes of objects that several copies have. Where they
   * differ, it tells which is damaged. A damaged object is not copied.
   *
   * @param proof of the objects, such as {@link dev.walden.archive.ArchiveStore#proof}
   */
  public RepairReport repairComparingBytes(ObjectProof proof) throws IOException {
    return repair(Optional.of(proof));
  }

  private RepairReport repair(Optional<ObjectProof> comparing) throws IOException {
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

  /** The status of each copy, in order. Asks no storage. */
  public List<CopyStatus> status() {
    return copies.stream()
        .map(copy -> copy.status(backlog.waiting(copy), backlog.isOverflowed(copy)))
        .toList();
  }

  /** Conditional if all copies' commits are. */
  @Override
  public StorageGuarantees guarantees() {
    return new StorageGuarantees(
        copies.stream().allMatch(copy -> copy.guarantees().conditionalCommit()));
  }

  /**
   * Stops background copying and closes the copies that it opened. A later repair finds what is
   * still queued.
   */
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
