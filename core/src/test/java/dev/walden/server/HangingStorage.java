package dev.walden.server;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/** A storage that does not answer, from {@link #hang} to {@link #release}. */
public final class HangingStorage implements Storage {
  private final Storage storage;
  private final boolean deaf;
  private volatile Predicate<String> names = name -> false;
  private volatile CountDownLatch released = new CountDownLatch(0);
  private volatile int hanging;

  /**
   * @param deaf whether even an interruption is not answered
   */
  public HangingStorage(Storage storage, boolean deaf) {
    this.storage = storage;
    this.deaf = deaf;
  }

  /** From now on nothing that writes to, or lists, such names returns. */
  public void hang(Predicate<String> which) {
    released = new CountDownLatch(1);
    names = which;
  }

  public void release() {
    names = name -> false;
    released.countDown();
  }

  /** How many calls wait. */
  public int hanging() {
    return hanging;
  }

  private void pass(String name) throws IOException {
    if (!names.test(name)) {
      return;
    }
    change(1);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          released.await();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
          if (!deaf) {
            throw new InterruptedIOException("interrupted at " + name);
          }
        }
      }
    } finally {
      change(-1);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void change(int by) {
    hanging += by;
  }

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    pass(name);
    return storage.put(name, source);
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    pass(name);
    ObjectWriter object = storage.create(name);
    return new ObjectWriter() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        pass(name);
        object.write(bytes, offset, length);
      }

      @Override
      public void commit() throws IOException {
        pass(name);
        object.commit();
      }

      @Override
      public void close() throws IOException {
        object.close();
      }
    };
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    return storage.open(name, offset, length);
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    return storage.find(name);
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    pass(prefix);
    return storage.list(prefix, after, limit);
  }

  @Override
  public boolean delete(String name) throws IOException {
    return storage.delete(name);
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
    return "hanging " + storage;
  }
}
