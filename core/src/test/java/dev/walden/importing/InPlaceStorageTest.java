package dev.walden.importing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.StorageContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What it does with objects of which it has the bytes. */
class InPlaceStorageTest implements StorageContract {
  private final InMemoryStorage kept = new InMemoryStorage();

  @Override
  public Storage openStorage() {
    return new InPlaceStorage(kept);
  }

  /** What is kept has longer names, so that the longest ones are too long; no archive has such. */
  @Override
  public void everyLegalNameIsANameOfItsOwn() throws IOException {
    try (Storage storage = openStorage()) {
      String longest = "p".repeat(200) + "/" + "q".repeat(200) + "/" + "r".repeat(101);
      for (String name : List.of("a", "-", "a..b", "a-b/c", "a-elsewhere", longest)) {
        byte[] content = name.getBytes(StandardCharsets.US_ASCII);
        assertEquals(PutOutcome.CREATED, storage.put(name, ObjectSource.of(content)), name);
        try (InputStream in = storage.open(name)) {
          assertArrayEquals(content, in.readAllBytes(), name);
        }
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> storage.put(longest + "/" + longest, ObjectSource.of(new byte[1])));
    }
  }
}
