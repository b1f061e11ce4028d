package dev.walden.archive.objects;

import dev.walden.storage.Storage;
import dev.walden.storage.reading.PagedListing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The names directly below a prefix, found without listing what lies deeper. */
public final class FirstLevelNames {
  private static final int MAX = 1_000_000;

  /** Little is read in vain where a directory follows; a history and its digest come together. */
  private static final int PAGE = 10;

  private FirstLevelNames() {}

  /**
   * Lists the first parts of the names below {@code prefix}, in order.
   *
   * @param prefix empty, or ending with a slash
   */
  public static List<String> list(Storage storage, String prefix) throws IOException {
    List<String> names = new ArrayList<>();
    PagedListing listing = new PagedListing(storage::list, prefix, PAGE);
    while (names.size() < MAX) {
      var next = listing.next();
      if (next.isEmpty()) {
        return names;
      }
      String rest = next.get().name().substring(prefix.length());
      int slash = rest.indexOf('/');
      names.add(slash < 0 ? rest : rest.substring(0, slash));
      if (slash >= 0) {
        // '0' follows '/': everything below this directory is skipped
        listing.skipTo(prefix + rest.substring(0, slash) + "0");
      }
    }
    throw new IOException(storage + " holds more than " + MAX + " names directly below " + prefix);
  }
}
