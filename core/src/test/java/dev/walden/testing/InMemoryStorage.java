package dev.walden.testing;

import dev.walden.ArchiveConflictException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectNames;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A storage in the heap, for tests: it fulfils the whole contract except durability. Objects are at
 * most 2 GiB long. Closing it does nothing, so its content can be examined later.
 */
public final class InMemoryStorage implements Storage {
  private final ConcurrentNavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    ObjectNames.check(name);
    if (objects.containsKey(name)) {
      return PutOutcome.EXISTS;
    }
    try (Writer writer = new Writer(name)) {
      source.copyTo(writer);
      return writer.publish() ? PutOutcome.CREATED : PutOutcome.EXISTS;
    }
  }

  @Override
  public ObjectWriter create(String name) {
    return new Writer(ObjectNames.check(name));
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    ObjectNames.check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative offset or length: " + offset + ", " + length);
    }
    byte[] bytes = objects.get(name);
    if (bytes == null) {
      throw new NotArchivedException(name + " is not in " + this);
    }
    int from = (int) Math.min(offset, bytes.length);
    return new ByteArrayInputStream(bytes, from, (int) Math.min(length, bytes.length - from));
  }

  @Override
  public Optional<StoredObject> find(String name) {
    return Optional.ofNullable(objects.get(ObjectNames.check(name)))
        .map(bytes -> new StoredObject(name, bytes.length));
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be positive: " + limit);
    }
    boolean within = after.compareTo(prefix) >= 0;
    return objects.tailMap(within ? after : prefix, !within).entrySet().stream()
        .takeWhile(object -> object.getKey().startsWith(prefix))
        .limit(limit)
        .map(object -> new StoredObject(object.getKey(), object.getValue().length))
        .toList();
  }

  @Override
  public boolean delete(String name) {
    return objects.remove(ObjectNames.check(name)) != null;
  }

  @Override
  public StorageGuarantees guarantees() {
    return new StorageGuarantees(true);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "memory";
  }

  private final class Writer extends ObjectWriter {
    private final String name;
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Writer(String name) {
      this.name = name;
    }

    @Override
    public void write(byte[] more, int offset, int length) throws IOException {
      if (Thread.currentThread().isInterrupted()) {
        throw new StorageUnavailableException("interrupted while writing " + name);
      }
      open().write(more, offset, length);
    }

    @Override
    public void commit() throws IOException {
      if (!publish()) {
        throw new ArchiveConflictException(name + " is in " + InMemoryStorage.this + " already");
      }
    }

    private boolean publish() throws IOException {
      byte[] content = open().toByteArray();
      bytes = null;
      return objects.putIfAbsent(name, content) == null;
    }

    private ByteArrayOutputStream open() throws IOException {
      if (bytes == null) {
        throw new IOException("the writer of " + name + " was committed or closed");
      }
      return bytes;
    }

    @Override
    public void close() {
      bytes = null;
    }
  }
}
