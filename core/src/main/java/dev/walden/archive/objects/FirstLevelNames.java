package dev.walden.archive.objects;

import dev.walden.storage.Storage;
import dev.walden.storage.reading.PagedListing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The names directly below a prefix, found without listing what lies deeper. */
public final class FirstLevelNames {
  private static final int MAX = 1_000_000;

  private FirstLevelNames() {}

  /**
   * Lists the first parts of the names below {@code prefix}, in order.
   *
   * @param prefix empty, or ending with a slash
   */
  public static List<String> list(Storage storage, String prefix) throws IOException {
    List<String> directories = new ArrayList<>();
    PagedListing listing = new PagedListing(storage::list, prefix, 1);
    while (directories.size() < MAX) {
      var next = listing.next();
      if (next.isEmpty()) {
        return directories;
      }
      String directory = next.get().name().substring(prefix.length()).split("/", 2)[0];
      directories.add(directory);
      // '0' follows '/': everything below this directory is skipped
      listing.skipTo(prefix + directory + "0");
    }
    throw new IOException(storage + " holds more than " + MAX + " directories below " + prefix);
  }
}
