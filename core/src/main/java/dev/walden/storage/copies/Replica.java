package dev.walden.storage.copies;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.ReplicatedStorage;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of the storages, opened on first use, with what is known about it. */
final class Replica implements ReplicatedStorage.Copy {
  static final int MAX_REMEMBERED = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

  private final String name;
  private final CopiedStorage.Opening opening;
  private final boolean closing;
  private final Duration pause;
  private final Set<String> damaged = new LinkedHashSet<>();
  private final Set<String> divergent = new LinkedHashSet<>();
  private final Object opened = new Object();
  private volatile @Nullable Storage storage;
  private boolean closed;
  private @Nullable IOException lastError;
  private boolean reachable = true;
  private long failedAt;

  /**
   * @param closing whether to close what was opened
   * @param pause how long other copies are preferred after it was unreachable
   */
  Replica(String name, CopiedStorage.Opening opening, boolean closing, Duration pause) {
    this.name = name;
    this.opening = opening;
    this.closing = closing;
    this.pause = pause;
  }

  private interface Call<T> {
    T on(Storage storage) throws IOException;
  }

  private <T> T call(Call<T> call) throws IOException {
    try {
      T result = call.on(storage());
      answered();
      return result;
    } catch (NotArchivedException | ArchiveConflictException e) {
      answered();
      throw e;
    } catch (StorageUnavailableException e) {
      failed(e);
      throw e;
    }
  }

  @Override
  public void makeDurable(String name) throws IOException {
    call(
        storage -> {
          storage.makeDurable(name);
          return true;
        });
  }

  private Storage storage() throws IOException {
    Storage present = storage;
    if (present != null) {
      return present;
    }
    synchronized (opened) {
      if (closed) {
        throw new StorageUnavailableException(name + " is closed");
      }
      if (storage == null) {
        storage = opening.open();
      }
      return storage;
    }
  }

  /** Tries to open it; a failure shows in its status, and fails later operations. */
  void tryOpen() {
    try {
      call(Storage::guarantees);
    } catch (IOException e) {
      failed(e);
    }
  }

  private synchronized void answered() {
    if (!reachable) {
      LOG.info("{} is available again", name);
    }
    reachable = true;
  }

  synchronized void failed(IOException e) {
    if (Thread.currentThread().isInterrupted()) {
      return;
    }
    if (reachable) {
      LOG.warn("{} is unavailable: {}", name, e.toString());
    }
    lastError = e;
    reachable = false;
    failedAt = System.nanoTime();
  }

  /** Whether it was unreachable a moment ago. */
  synchronized boolean isUnavailable() {
    return !reachable && System.nanoTime() - failedAt < pause.toNanos();
  }

  @Override
  public synchronized void damaged(String object, CorruptFileException damage) {
    lastError = damage;
    if (damaged.size() < MAX_REMEMBERED && damaged.add(object)) {
      LOG.warn("{} holds a damaged object: {}", name, damage.getMessage());
    }
  }

  synchronized boolean isDamaged(String object) {
    return damaged.contains(object);
  }

  synchronized void divergent(String object) {
    if (divergent.size() < MAX_REMEMBERED && divergent.add(object)) {
      LOG.warn("{} in {} differs from another copy", object, name);
    }
  }

  synchronized void forget(String object) {
    damaged.remove(object);
    divergent.remove(object);
  }

  /** Before a comparison of everything. */
  synchronized void forgetDivergent() {
    divergent.clear();
  }

  synchronized CopyStatus status(int waiting, boolean overflowed) {
    String error = lastError == null ? "" : String.valueOf(lastError.getMessage());
    return new CopyStatus(
        name, reachable, error, waiting, overflowed, List.copyOf(damaged), List.copyOf(divergent));
  }

  @Override
  public PutOutcome put(String object, ObjectSource source) throws IOException {
    PutOutcome outcome = call(to -> to.put(object, source));
    if (outcome == PutOutcome.CREATED) {
      // the damaged or divergent object is gone
      forget(object);
    }
    return outcome;
  }

  @Override
  public ObjectWriter create(String object) throws IOException {
    return call(to -> to.create(object));
  }

  @Override
  public InputStream open(String object, long offset, long length) throws IOException {
    return call(from -> from.open(object, offset, length));
  }

  @Override
  public Optional<StoredObject> find(String object) throws IOException {
    return call(in -> in.find(object));
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    return call(in -> in.list(prefix, after, limit));
  }

  @Override
  public boolean delete(String object) throws IOException {
    boolean was = call(from -> from.delete(object));
    forget(object);
    return was;
  }

  /** No guarantees until it is open. */
  @Override
  public StorageGuarantees guarantees() {
    Storage present = storage;
    return present == null ? new StorageGuarantees(false) : present.guarantees();
  }

  @Override
  public void close() throws IOException {
    synchronized (opened) {
      closed = true;
      if (storage != null && closing) {
        storage.close();
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
