package dev.walden.storage.copies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.StorageContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Several storages keep the contract of one. */
class CopiedStorageContractTest {

  static CopiedStorage.Builder named(Storage... storages) {
    CopiedStorage.Builder builder = CopiedStorage.of();
    for (int i = 0; i < storages.length; i++) {
      Storage storage = storages[i];
      builder.copy("copy" + (i + 1), () -> storage);
    }
    return builder;
  }

  interface Contract extends StorageContract {
    /**
     * Each copy is written from the source: when the second one is, the first has the object, whole
     * though not acknowledged yet. Before that nothing is seen.
     */
    @Override
    @Test
    default void nothingIsSeenBeforeTheLastByte() throws Exception {
      byte[] content = new byte[100_000];
      try (Storage storage = openStorage();
          Storage other = openStorage()) {
        List<Optional<StoredObject>> seen = new ArrayList<>();
        ObjectSource source =
            new ObjectSource() {
              @Override
              public long length() {
                return content.length;
              }

              @Override
              public InputStream open() {
                return new ByteArrayInputStream(content) {
                  @Override
                  public int read(byte[] bytes, int offset, int count) {
                    try {
                      seen.add(other.find("a/b"));
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                    return super.read(bytes, offset, Math.min(count, 60_000));
                  }
                };
              }
            };
        assertEquals(PutOutcome.CREATED, storage.put("a/b", source));
        assertTrue(seen.size() >= 6, () -> seen.toString());
        assertEquals(List.of(Optional.empty(), Optional.empty()), seen.subList(0, 2));
        seen.forEach(
            found -> found.ifPresent(object -> assertEquals(content.length, object.length())));
      }
    }
  }

  @Nested
  class OfTwo implements Contract {
    private final InMemoryStorage one = new InMemoryStorage();
    private final InMemoryStorage two = new InMemoryStorage();

    @Override
    public Storage openStorage() {
      return named(one, two).open();
    }

    @Test
    void commitsAreConditionalIfAllAre() throws Exception {
      try (Storage storage = openStorage()) {
        assertEquals(new StorageGuarantees(true), storage.guarantees());
      }
    }
  }

  /** The third gets everything in the background. */
  @Nested
  class TwoOfThree implements Contract {
    private final InMemoryStorage one = new InMemoryStorage();
    private final InMemoryStorage two = new InMemoryStorage();
    private final InMemoryStorage three = new InMemoryStorage();

    @Override
    public Storage openStorage() {
      return named(one, two, three).required(2).open();
    }
  }
}
