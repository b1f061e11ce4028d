package dev.walden.storage.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import dev.walden.testing.InMemoryStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PagedListingTest {
  private final Storage storage = new InMemoryStorage();
  private final List<String> requests = new ArrayList<>();

  private void put(String... names) throws IOException {
    for (String name : names) {
      storage.put(name, ObjectSource.of(new byte[0]));
    }
  }

  private PagedListing listing(String prefix, int limit) {
    return new PagedListing(
        (asked, after, most) -> {
          requests.add(after);
          return storage.list(asked, after, most);
        },
        prefix,
        limit);
  }

  private static List<String> rest(PagedListing listing) throws IOException {
    List<String> names = new ArrayList<>();
    for (var next = listing.next(); next.isPresent(); next = listing.next()) {
      names.add(next.get().name());
    }
    return names;
  }

  @Test
  void requestsPagesUntilOneIsNotFull() throws Exception {
    put("a/1", "a/2", "a/3", "a/4", "b");
    assertEquals(List.of("a/1", "a/2", "a/3", "a/4"), rest(listing("a/", 2)));
    assertEquals(List.of("", "a/2", "a/4"), requests);
    requests.clear();
    assertEquals(List.of("a/1", "a/2", "a/3", "a/4"), rest(listing("a/", 3)));
    assertEquals(List.of("", "a/3"), requests);
    assertEquals(List.of(), rest(listing("c", 3)));
  }

  @Test
  void visitsMoreThanAPage() throws Exception {
    for (int i = 0; i < 2500; i++) {
      put(String.format("x/%05d", i));
    }
    put("w", "y");
    List<StoredObject> visited = new ArrayList<>();
    PagedListing.forEach(storage, "x/", visited::add);
    assertEquals(2500, visited.size());
    assertEquals(storage.list("x/", "", 5000), visited);
  }

  @Test
  void skipsWithinAPageAndBeyond() throws Exception {
    put("a", "b", "c", "d", "e", "f", "g");
    PagedListing listing = listing("", 3);
    assertEquals("a", listing.next().orElseThrow().name());
    assertEquals("c", listing.skipTo("b").next().orElseThrow().name());
    assertEquals("f", listing.skipTo("e").next().orElseThrow().name());
    // backwards changes nothing
    assertEquals("g", listing.skipTo("a").next().orElseThrow().name());
    assertEquals(Optional.empty(), listing.next());
    assertEquals(List.of("", "e"), requests);
    assertEquals(List.of("g"), rest(listing("", 3).skipTo("f")));
    assertEquals(List.of(), rest(listing("", 3).skipTo("z")));
  }

  @Test
  void goesOnAfterAFailureWhereItWas() throws Exception {
    put("a", "b", "c");
    FaultyStorage faulty = new FaultyStorage(storage, 1);
    PagedListing listing = new PagedListing(faulty::list, "", 2);
    assertEquals("a", listing.next().orElseThrow().name());
    assertEquals("b", listing.next().orElseThrow().name());
    faulty.failNext(Operation.LIST, Fault.BEFORE_EFFECT);
    assertThrows(StorageUnavailableException.class, listing::next);
    assertEquals(List.of("c"), rest(listing));
  }

  /** It might never end. */
  @Test
  void refusesAListingThatIsNotInOrder() {
    for (List<String> wrong : List.of(List.of("b", "a"), List.of("a", "a"))) {
      PagedListing listing =
          new PagedListing(
              (prefix, after, limit) -> wrong.stream().map(n -> new StoredObject(n, 1)).toList(),
              "",
              9);
      assertThrows(IOException.class, listing::next);
    }
    PagedListing again =
        new PagedListing((prefix, after, limit) -> List.of(new StoredObject("a", 1)), "", 1);
    IOException e = assertThrows(IOException.class, () -> rest(again));
    assertTrue(Stream.of("a", "order").allMatch(e.getMessage()::contains), e.getMessage());
  }
}
