package dev.walden.storage.reading;

import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The objects whose names begin with a prefix, in order, requested page by page as they are needed.
 * Memory holds one page. For use by one thread.
 */
public final class PagedListing {
  private static final int PAGE = 1000;

  /** Lists one page, as {@link Storage#list} does. */
  public interface Pages {
    List<StoredObject> list(String prefix, String after, int limit) throws IOException;
  }

  /** Receives the objects. */
  public interface Visitor {
    void accept(StoredObject object) throws IOException;
  }

  private final Pages pages;
  private final String prefix;
  private final int limit;
  private List<StoredObject> page = List.of();
  private int position;
  private String after = "";
  private boolean last;

  /**
   * Begins a listing.
   *
   * @param limit how many objects to request at once
   */
  public PagedListing(Pages pages, String prefix, int limit) {
    this.pages = pages;
    this.prefix = prefix;
    this.limit = limit;
  }

  public static PagedListing of(Storage storage, String prefix) {
    return new PagedListing(storage::list, prefix, PAGE);
  }

  /** Visits all objects whose names begin with {@code prefix}. */
  public static void forEach(Storage storage, String prefix, Visitor visitor) throws IOException {
    forEach(storage::list, prefix, visitor);
  }

  /** The same, of what such pages list. */
  public static void forEach(Pages pages, String prefix, Visitor visitor) throws IOException {
    PagedListing listing = new PagedListing(pages, prefix, PAGE);
    for (var next = listing.next(); next.isPresent(); next = listing.next()) {
      visitor.accept(next.get());
    }
  }

  /** Skips all objects up to {@code name}, without requesting their pages. */
  public PagedListing skipTo(String name) {
    if (name.compareTo(after) > 0) {
      after = name;
    }
    return this;
  }

  /**
   * The next object; empty after the last one. After an exception the same page is requested again.
   *
   * @throws IOException also if the storage does not list in order, which might never end
   */
  public Optional<StoredObject> next() throws IOException {
    while (true) {
      while (position < page.size()) {
        StoredObject object = page.get(position++);
        if (object.name().compareTo(after) > 0) {
          after = object.name();
          return Optional.of(object);
        }
      }
      if (last) {
        return Optional.empty();
      }
      page = List.of();
      position = 0;
      page = inOrder(pages.list(prefix, after, limit));
      last = page.size() < limit;
    }
  }

  private List<StoredObject> inOrder(List<StoredObject> listed) throws IOException {
    String before = after;
    for (StoredObject object : listed) {
      if (object.name().compareTo(before) <= 0) {
        throw new IOException(
            "the listing of \""
                + prefix
                + "\" is not in order: "
                + object.name()
                + " after "
                + before);
      }
      before = object.name();
    }
    return listed;
  }
}
