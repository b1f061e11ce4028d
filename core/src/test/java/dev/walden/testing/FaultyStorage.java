package dev.walden.testing;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A storage that fails as real storages do. Faults are set one by one ({@link #failNext}, {@link
 * #fail}) or occur at random ({@link #failAtRandom}). A seed, which {@link #toString} shows,
 * decides random times and positions. With one thread, the same seed gives the same faults.
 *
 * <p>Settings may be changed at any time, from any thread.
 */
public final class FaultyStorage implements Storage {

  /** Where a fault can occur. */
  public enum Operation {
    PUT,
    CREATE,
    /** A write to an {@link ObjectWriter}. */
    WRITE,
    COMMIT,
    FIND,
    OPEN,
    /** Reading an open stream: at most one fault in each, at a random position. */
    READ,
    LIST,
    DELETE
  }

  /** The kinds of fault. */
  public enum Fault {
    /** {@link StorageUnavailableException} without any effect. */
    BEFORE_EFFECT,
    /** {@link StorageUnavailableException} after the full effect: the answer was lost. */
    AFTER_EFFECT,
    /** The last bytes are missing, without an error. For PUT, WRITE and READ. */
    TRUNCATED,
    /** One bit is wrong, without an error. For PUT, WRITE and READ. */
    FLIPPED;

    /** Whether this fault breaks the storage contract. */
    public boolean isDamage() {
      return this == TRUNCATED || this == FLIPPED;
    }
  }

  private record Rule(Operation operation, Predicate<String> names, Fault fault) {}

  private static final Set<Operation> CARRY_BYTES =
      EnumSet.of(Operation.PUT, Operation.WRITE, Operation.READ);

  private final Storage storage;
  private final long seed;
  private final Random random;
  private final List<Rule> rules = new ArrayList<>();
  private double rate;
  private List<Fault> randomFaults = List.of();
  private boolean unavailable;
  private int faults;

  /** Behaves like {@code storage} until faults are set. */
  public FaultyStorage(Storage storage, long seed) {
    this.storage = storage;
    this.seed = seed;
    this.random = new Random(seed);
  }

  /** Makes the next such operation fail, on any object. May be called several times. */
  public synchronized void failNext(Operation operation, Fault fault) {
    fail(operation, name -> true, fault);
  }

  /**
   * Makes the next such operation fail on an object (for a listing, a prefix) whose name meets a
   * condition.
   *
   * @throws IllegalArgumentException if the operation carries no bytes that could be damaged
   */
  public synchronized void fail(Operation operation, Predicate<String> names, Fault fault) {
    if (fault.isDamage() && !CARRY_BYTES.contains(operation)) {
      throw new IllegalArgumentException(operation + " cannot be " + fault);
    }
    rules.add(new Rule(operation, names, fault));
  }

  /**
   * Makes every operation fail with a probability, with one of several faults. Damage is not
   * applied to operations that carry no bytes.
   */
  public synchronized void failAtRandom(double probability, Set<Fault> kinds) {
    if (probability > 0 && kinds.isEmpty()) {
      throw new IllegalArgumentException("no faults to choose from");
    }
    rate = probability;
    randomFaults = List.copyOf(EnumSet.copyOf(kinds));
  }

  /** While true, everything fails before its effect, including open streams and writers. */
  public synchronized void setUnavailable(boolean value) {
    unavailable = value;
  }

  /** How many faults occurred, including those of unavailability. */
  public synchronized int faults() {
    return faults;
  }

  /** Decides one operation. */
  synchronized Optional<Fault> next(Operation operation, String name) {
    Optional<Fault> fault = unavailable ? Optional.of(Fault.BEFORE_EFFECT) : told(operation, name);
    if (fault.isEmpty() && rate > 0 && random.nextDouble() < rate) {
      fault =
          Optional.of(randomFaults.get(random.nextInt(randomFaults.size())))
              .filter(kind -> !kind.isDamage() || CARRY_BYTES.contains(operation));
    }
    faults += fault.isPresent() ? 1 : 0;
    return fault;
  }

  private Optional<Fault> told(Operation operation, String name) {
    for (Iterator<Rule> all = rules.iterator(); all.hasNext(); ) {
      Rule rule = all.next();
      if (rule.operation == operation && rule.names.test(name)) {
        all.remove();
        return Optional.of(rule.fault);
      }
    }
    return Optional.empty();
  }

  synchronized boolean isUnavailable() {
    return unavailable;
  }

  /** A position from 0 to {@code end - 1}. */
  synchronized long place(long end) {
    return random.nextLong(end);
  }

  StorageUnavailableException unavailable(Operation operation, String name) {
    return new StorageUnavailableException(
        "injected fault: " + operation + " of \"" + name + "\" in " + this);
  }

  private interface Effect<T> {
    T run() throws IOException;
  }

  private <T> T run(Operation operation, String name, Effect<T> effect) throws IOException {
    Optional<Fault> fault = next(operation, name);
    if (fault.equals(Optional.of(Fault.BEFORE_EFFECT))) {
      throw unavailable(operation, name);
    }
    T result = effect.run();
    if (fault.equals(Optional.of(Fault.AFTER_EFFECT))) {
      if (result instanceof AutoCloseable resource) {
        closeUnseen(resource);
      }
      throw unavailable(operation, name);
    }
    return result;
  }

  private static void closeUnseen(AutoCloseable resource) throws IOException {
    try {
      resource.close();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    Optional<Fault> fault = next(Operation.PUT, name);
    if (fault.equals(Optional.of(Fault.BEFORE_EFFECT))) {
      throw unavailable(Operation.PUT, name);
    }
    PutOutcome outcome = storage.put(name, damaged(source, fault));
    if (fault.equals(Optional.of(Fault.AFTER_EFFECT))) {
      throw unavailable(Operation.PUT, name);
    }
    return outcome;
  }

  private ObjectSource damaged(ObjectSource source, Optional<Fault> fault) throws IOException {
    if (fault.filter(Fault::isDamage).isEmpty()) {
      return source;
    }
    try (InputStream in = source.open()) {
      return ObjectSource.of(damaged(in.readAllBytes(), fault.get()));
    }
  }

  /** A copy of some bytes with a fault; an empty array stays empty. */
  byte[] damaged(byte[] bytes, Fault fault) {
    byte[] copy = bytes.clone();
    if (copy.length == 0) {
      return copy;
    }
    int place = (int) place(copy.length);
    if (fault == Fault.TRUNCATED) {
      return Arrays.copyOf(copy, place);
    }
    copy[place] ^= (byte) (1 << place(Byte.SIZE));
    return copy;
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    return run(Operation.CREATE, name, () -> new FaultyWriter(this, name, storage.create(name)));
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    return run(Operation.OPEN, name, () -> opened(name, offset, length));
  }

  private InputStream opened(String name, long offset, long length) throws IOException {
    InputStream in = storage.open(name, offset, length);
    Optional<Fault> fault = next(Operation.READ, name);
    if (fault.isEmpty()) {
      return new FaultyReader(this, name, in, Fault.BEFORE_EFFECT, Long.MAX_VALUE);
    }
    long end = storage.find(name).map(StoredObject::length).orElse(0L);
    long present = Math.max(0, Math.min(length, end - offset));
    return new FaultyReader(this, name, in, fault.get(), present == 0 ? 0 : place(present));
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    return run(Operation.FIND, name, () -> storage.find(name));
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    return run(Operation.LIST, prefix, () -> storage.list(prefix, after, limit));
  }

  @Override
  public boolean delete(String name) throws IOException {
    return run(Operation.DELETE, name, () -> storage.delete(name));
  }

  @Override
  public StorageGuarantees guarantees() {
    return storage.guarantees();
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }

  @Override
  public String toString() {
    return "faulty " + storage + " (seed " + seed + ')';
  }
}
