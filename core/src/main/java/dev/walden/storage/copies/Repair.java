package dev.walden.storage.copies;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.PagedListing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Compares the listings of all copies, page by page, and copies to each what it lacks. */
final class Repair {
  private final ReplicaFill filling;
  private final boolean comparing;
  private final List<Listing> listings = new ArrayList<>();
  private long objects;

  /**
   * @param comparing whether to compare the bytes of objects with the same name and length
   */
  Repair(List<Replica> copies, boolean comparing) {
    this.filling = new ReplicaFill(copies);
    this.comparing = comparing;
    copies.forEach(copy -> listings.add(new Listing(copy)));
  }

  RepairReport run() throws IOException {
    for (String name = next(); name != null; name = next()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new StorageUnavailableException("repair was interrupted");
      }
      objects++;
      one(name);
    }
    return new RepairReport(objects, listings.stream().map(Listing::report).toList());
  }

  /** The first name of any copy, in order; null at the end. */
  private @Nullable String next() {
    String first = null;
    for (Listing listing : listings) {
      StoredObject head = listing.head();
      if (head != null && (first == null || head.name().compareTo(first) < 0)) {
        first = head.name();
      }
    }
    return first;
  }

  private void one(String name) {
    Listing source = null;
    StoredObject found = null;
    List<Listing> lacking = new ArrayList<>();
    for (Listing listing : listings) {
      StoredObject head = listing.head();
      if (head == null || !head.name().equals(name)) {
        lacking.add(listing);
        continue;
      }
      listing.advance();
      if (found == null || source == null) {
        source = listing;
        found = head;
      } else if (head.length() != found.length() || isOther(name, source, listing)) {
        listing.diverges(name);
      }
    }
    for (Listing listing : lacking) {
      if (listing.compared) {
        fill(name, listing);
      }
    }
  }

  private boolean isOther(String name, Listing one, Listing other) {
    try {
      return comparing && !ReplicaComparison.sameBytes(name, one.copy, other.copy);
    } catch (IOException e) {
      other.failed(e);
      return false;
    }
  }

  private void fill(String name, Listing listing) {
    try {
      OptionalLong bytes = filling.fill(name, listing.copy);
      if (bytes.isPresent()) {
        listing.filled++;
        listing.bytes += bytes.getAsLong();
      }
    } catch (ArchiveConflictException e) {
      listing.diverges(name);
    } catch (IOException e) {
      listing.failed(e);
      if (listing.copy.isUnavailable()) {
        // one wait is enough
        listing.compared = false;
      }
    }
  }

  /** The objects of one copy, in order, and the outcome for it. */
  private static final class Listing {
    private final Replica copy;
    private final PagedListing objects;
    private @Nullable StoredObject head;
    private boolean ended;
    private boolean compared = true;
    private long filled;
    private long bytes;
    private long failed;
    private long divergences;
    private final List<String> divergent = new ArrayList<>();
    private String error = "";

    private Listing(Replica copy) {
      this.copy = copy;
      this.objects = PagedListing.of(copy, "");
    }

    /** The next object; null at the end, or once listing failed. */
    private @Nullable StoredObject head() {
      if (head == null && !ended) {
        try {
          head = objects.next().orElse(null);
          ended = head == null;
        } catch (IOException e) {
          error = String.valueOf(e.getMessage());
          ended = true;
          compared = false;
        }
      }
      return head;
    }

    private void advance() {
      head = null;
    }

    private void diverges(String name) {
      copy.divergent(name);
      divergences++;
      if (divergent.size() < Replica.MAX_REMEMBERED) {
        divergent.add(name);
      }
    }

    private void failed(IOException e) {
      failed++;
      error = String.valueOf(e.getMessage());
    }

    private RepairReport.Copied report() {
      return new RepairReport.Copied(
          copy.toString(), filled, bytes, failed, divergent, divergences, error, compared);
    }
  }
}
