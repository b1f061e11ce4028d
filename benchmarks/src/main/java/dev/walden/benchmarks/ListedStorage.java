package dev.walden.benchmarks;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A storage in memory that also lists segments it does not have: too many to be made. */
final class ListedStorage implements Storage {
  private static final int STORED_BYTES = 5_000_000;

  private final InMemoryStorage objects = new InMemoryStorage();
  private final String prefix;
  private final WalSegmentSize size;
  private final long first;
  private final long last;

  /** Lists the segments of timeline 1 with these numbers below a prefix. */
  ListedStorage(String prefix, WalSegmentSize size, long first, long last) {
    this.prefix = prefix;
    this.size = size;
    this.first = first;
    this.last = last;
  }

  private String name(long number) {
    String file = new WalSegment(TimelineId.FIRST, number, size).toString();
    return prefix + file.substring(0, 8) + "/" + file.substring(0, 16) + "/" + file + ".zst";
  }

  @Override
  public List<StoredObject> list(String wanted, String after, int limit) throws IOException {
    List<StoredObject> listed = new ArrayList<>(objects.list(wanted, after, limit));
    if (prefix.startsWith(wanted) || wanted.startsWith(prefix)) {
      long low = first;
      for (long high = last + 1; low < high; ) {
        long middle = low + (high - low) / 2;
        if (name(middle).compareTo(after) > 0) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      for (long number = low; number <= last && number < low + limit; number++) {
        String name = name(number);
        if (name.startsWith(wanted)) {
          listed.add(new StoredObject(name, STORED_BYTES));
        }
      }
      listed.sort(Comparator.comparing(StoredObject::name));
    }
    return listed.size() > limit ? listed.subList(0, limit) : listed;
  }

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    return objects.put(name, source);
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    return objects.create(name);
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    return objects.open(name, offset, length);
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    return objects.find(name);
  }

  @Override
  public boolean delete(String name) throws IOException {
    return objects.delete(name);
  }

  @Override
  public StorageGuarantees guarantees() {
    return objects.guarantees();
  }

  @Override
  public void close() throws IOException {
    objects.close();
  }

  @Override
  public String toString() {
    return "many segments";
  }
}
