package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.json.JsonObject;
import dev.walden.storage.ObjectNames;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.ReferencingStorage;
import dev.walden.storage.ReplicatedStorage;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.CopyReading;
import dev.walden.storage.reading.PagedListing;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stores a reference to each {@link ForeignSource}, and the bytes of everything else. A prefix of
 * all names prevents confusion with an archive that lacks its segments. A reference is an object
 * whose name ends with the length of its target.
 *
 * <p>If bytes and a reference are written concurrently under one name, both may succeed; imports
 * compare content before and after.
 */
final class InPlaceStorage implements ReplicatedStorage, ReferencingStorage {
  private static final String PREFIX = "in-place/";

  // '-' sorts before '.': a reference is listed in its object's place
  private static final String MARK = "-elsewhere-";
  private static final Pattern REFERENCE = Pattern.compile("(.+)" + MARK + "([0-9]{1,18})");
  private static final int MAX_REFERENCE = 64 << 10;

  private final Storage kept;

  InPlaceStorage(Storage kept) {
    this.kept = kept;
  }

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    ObjectNames.check(name);
    if (reference(name).isPresent()) {
      return PutOutcome.EXISTS;
    }
    if (!(source instanceof ForeignSource found)) {
      return kept.put(PREFIX + name, source);
    }
    if (kept.find(PREFIX + name).isPresent()) {
      return PutOutcome.EXISTS;
    }
    return kept.put(
        PREFIX + name + MARK + found.length(), ObjectSource.of(found.reference().toBytes()));
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    return kept.create(PREFIX + ObjectNames.check(name));
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    Optional<StoredObject> reference = reference(ObjectNames.check(name));
    if (reference.isEmpty() || offset < 0 || length < 0) {
      return kept.open(PREFIX + name, offset, length);
    }
    InputStream in;
    try {
      in = source(reference.get()).open();
    } catch (IOException e) {
      throw ForeignInputStream.failure(name, e);
    }
    long end = objectLength(reference.get());
    long from = Math.min(offset, end);
    ForeignInputStream found = new ForeignInputStream(name, in, end);
    try {
      found.skipNBytes(from);
    } catch (IOException | RuntimeException e) {
      try (found) {
        throw e;
      }
    }
    found.limit(Math.min(length, end - from));
    return found;
  }

  private ForeignSource source(StoredObject reference) throws IOException {
    byte[] json;
    try (InputStream in = kept.open(reference.name())) {
      json = in.readNBytes(MAX_REFERENCE + 1);
    }
    if (json.length > MAX_REFERENCE) {
      throw new CorruptFileException(reference.name(), "is too long for a reference");
    }
    return ForeignSource.parse(JsonObject.parse(reference.name(), json), objectLength(reference));
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    Optional<StoredObject> reference = reference(ObjectNames.check(name));
    return (reference.isPresent() ? reference : kept.find(PREFIX + name))
        .map(InPlaceStorage::shown);
  }

  /** The stored reference for this name. */
  private Optional<StoredObject> reference(String name) throws IOException {
    return kept.list(PREFIX + name + MARK, "", 1).stream()
        .filter(object -> REFERENCE.matcher(object.name()).matches())
        .findFirst();
  }

  private static long objectLength(StoredObject reference) {
    Matcher m = REFERENCE.matcher(reference.name());
    return m.matches() ? Long.parseLong(m.group(2)) : reference.length();
  }

  private static StoredObject shown(StoredObject object) {
    Matcher m = REFERENCE.matcher(object.name());
    String name = m.matches() ? m.group(1) : object.name();
    return new StoredObject(name.substring(PREFIX.length()), objectLength(object));
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    return list(kept::list, prefix, after, limit);
  }

  @Override
  public List<StoredObject> listReachable(String prefix, String after, int limit)
      throws IOException {
    return list(CopyReading.reachable(kept), prefix, after, limit);
  }

  /** One, which reads what is kept in copies from the first that has it. */
  @Override
  public List<Storage> copies(String name) {
    return List.of(this);
  }

  private static List<StoredObject> list(
      PagedListing.Pages pages, String prefix, String after, int limit) throws IOException {
    List<StoredObject> found = new ArrayList<>();
    String last = after;
    String from = after.isEmpty() ? "" : PREFIX + after;
    while (true) {
      List<StoredObject> page = pages.list(PREFIX + prefix, from, limit);
      for (StoredObject object : page) {
        StoredObject shown = shown(object);
        // a reference to "after" itself sorts after it
        if (found.size() < limit && shown.name().compareTo(last) > 0) {
          found.add(shown);
          last = shown.name();
        }
      }
      if (page.size() < limit || found.size() == limit) {
        return found;
      }
      from = page.get(page.size() - 1).name();
    }
  }

  @Override
  public void makeDurable(String name) throws IOException {
    kept.makeDurable(reference(name).map(StoredObject::name).orElse(PREFIX + name));
  }

  @Override
  public boolean delete(String name) throws IOException {
    Optional<StoredObject> reference = reference(ObjectNames.check(name));
    boolean deleted = reference.isPresent() && kept.delete(reference.get().name());
    return kept.delete(PREFIX + name) || deleted;
  }

  @Override
  public StorageGuarantees guarantees() {
    return kept.guarantees();
  }

  @Override
  public void close() throws IOException {
    kept.close();
  }

  @Override
  public String toString() {
    return "in place, with references in " + kept;
  }
}
