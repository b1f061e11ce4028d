package dev.walden.storage.copies;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.copies.ReplicaCalls.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Writes one object to several copies, without those that fail while enough remain. */
final class CopiedWriter extends ObjectWriter {
  private final String name;
  private final CopiedStorage storage;
  private final List<One> writers = new CopyOnWriteArrayList<>();
  private @Nullable IOException lastFailure;
  private boolean ended;

  /** The object in one copy. */
  private static final class One {
    private final Replica copy;
    private final ObjectWriter writer;
    private volatile @Nullable IOException failure;

    private One(Replica copy, ObjectWriter writer) {
      this.copy = copy;
      this.writer = writer;
    }
  }

  private interface Step {
    void on(ObjectWriter writer) throws IOException;
  }

  CopiedWriter(String name, CopiedStorage storage) {
    this.name = name;
    this.storage = storage;
  }

  /** Begins the object in all copies that answer. */
  void begin(List<Replica> copies) throws IOException {
    for (Replica copy : copies) {
      try {
        writers.add(new One(copy, copy.create(name)));
      } catch (StorageUnavailableException e) {
        lastFailure = e;
      }
    }
    requireEnough();
  }

  private void requireEnough() throws IOException {
    if (writers.size() < storage.required()) {
      throw new StorageUnavailableException(
          name
              + " can be written to "
              + writers.size()
              + " of the "
              + storage.required()
              + " copies required: "
              + Objects.requireNonNull(lastFailure).getMessage(),
          lastFailure);
    }
  }

  private void each(Step step) throws IOException {
    if (ended) {
      throw new IOException("the writer of " + name + " was committed or closed");
    }
    for (One one : writers) {
      try {
        if (one.failure != null) {
          throw one.failure;
        }
        step.on(one.writer);
      } catch (StorageUnavailableException e) {
        leaveOut(one, e);
      }
    }
    requireEnough();
  }

  private void leaveOut(One one, IOException e) {
    one.copy.failed(e);
    lastFailure = e;
    writers.remove(one);
    try {
      one.writer.close();
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    each(writer -> writer.write(bytes, offset, length));
  }

  @Override
  public void flush() throws IOException {
    each(ObjectWriter::flush);
  }

  /** Only records failures: the writing thread may be using the writers. */
  @Override
  public void force() throws IOException {
    for (One one : writers) {
      try {
        one.writer.force();
      } catch (StorageUnavailableException e) {
        one.failure = e;
      }
    }
  }

  @Override
  public void commit() throws IOException {
    flush();
    ended = true;
    QuorumWrite place = storage.placement(name);
    try {
      place.look();
      if (place.isHeld()) {
        place.spread();
        throw taken();
      }
      commit(place);
    } finally {
      storage.remember(name, place);
    }
  }

  private ArchiveConflictException taken() {
    return new ArchiveConflictException(name + " already exists in " + storage);
  }

  private void commit(QuorumWrite place) throws IOException {
    List<One> left = new ArrayList<>(writers);
    // the first copy arbitrates concurrent writers
    while (!place.isHeld() && !left.isEmpty()) {
      One first = left.remove(0);
      try {
        first.writer.commit();
        place.holds(first.copy);
      } catch (ArchiveConflictException e) {
        place.holds(first.copy);
        place.spread();
        throw taken();
      } catch (StorageUnavailableException e) {
        first.copy.failed(e);
        place.failed(first.copy, e);
      }
    }
    commitOthers(place, left);
    if (!place.isDurable()) {
      throw place.unavailable();
    }
  }

  private void commitOthers(QuorumWrite place, List<One> left) throws IOException {
    List<Replica> copies = left.stream().map(one -> one.copy).toList();
    List<Answer<Boolean>> answers =
        copies.isEmpty()
            ? List.of()
            : storage.parallel().ask(copies, copy -> commit(left.get(copies.indexOf(copy))));
    for (Answer<Boolean> answer : answers) {
      if (answer.failure() != null) {
        answer.copy().failed(answer.failure());
        place.failed(answer.copy(), answer.failure());
      } else if (answer.value()) {
        place.holds(answer.copy());
      } else {
        place.taken(answer.copy());
      }
    }
  }

  private static boolean commit(One one) throws IOException {
    try {
      one.writer.commit();
      return true;
    } catch (ArchiveConflictException e) {
      return false;
    }
  }

  /** A copy that fails to discard its object does not affect what others have committed. */
  @Override
  public void close() {
    ended = true;
    for (One one : writers) {
      try {
        one.writer.close();
      } catch (IOException e) {
        one.copy.failed(e);
      }
    }
  }
}
