package dev.walden.storage.copies;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectProof;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.PagedListing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Compares the listings of all copies, page by page, and copies to each what it lacks. */
final class Repair {
  private final ReplicaFill filling;
  private final Optional<ObjectProof> comparing;
  private final List<Listing> listings = new ArrayList<>();
  private long objects;

  /**
   * @param comparing to compare the bytes of objects, too, and to tell which of different ones is
   *     damaged; empty to compare lengths alone
   */
  Repair(List<Replica> copies, Optional<ObjectProof> comparing) {
    this.filling = new ReplicaFill(copies, comparing.orElse(ObjectProof.NONE));
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
    List<List<Listing>> different = new ArrayList<>();
    List<Listing> lacking = new ArrayList<>();
    Map<Listing, Long> lengths = new HashMap<>();
    for (Listing listing : listings) {
      StoredObject head = listing.head();
      if (head == null || !head.name().equals(name)) {
        lacking.add(listing);
        continue;
      }
      listing.advance();
      lengths.put(listing, head.length());
      sameAs(listing, name, different, lengths).add(listing);
    }
    if (different.size() > 1) {
      judge(name, different);
    }
    for (Listing listing : lacking) {
      if (listing.compared) {
        fill(name, listing);
      }
    }
  }

  /** Those that hold the same object as a copy does; a new list if there are none. */
  private List<Listing> sameAs(
      Listing listing, String name, List<List<Listing>> different, Map<Listing, Long> lengths) {
    for (List<Listing> same : different) {
      Listing one = same.get(0);
      if (Objects.equals(lengths.get(one), lengths.get(listing)) && !isOther(name, one, listing)) {
        return same;
      }
    }
    List<Listing> none = new ArrayList<>();
    different.add(none);
    return none;
  }

  private boolean isOther(String name, Listing one, Listing other) {
    try {
      return comparing.isPresent() && !ReplicaComparison.sameBytes(name, one.copy, other.copy);
    } catch (IOException e) {
      other.failed(e);
      return false;
    }
  }

  /**
   * Finds out which is damaged: what is not sound, if another copy is. Where none is proven to be
   * sound, any can be the right one.
   */
  private void judge(String name, List<List<Listing>> different) {
    List<List<Listing>> sound = new ArrayList<>();
    Map<Listing, String> wrong = new LinkedHashMap<>();
    for (List<Listing> same : different) {
      for (Listing listing : same) {
        try {
          if (comparing.orElse(ObjectProof.NONE).isSound(listing.copy, name)) {
            sound.add(same);
          } else {
            wrong.put(listing, "it is not whole, while another copy is");
          }
        } catch (CorruptFileException e) {
          wrong.put(listing, reason(name, e));
        } catch (IOException e) {
          listing.failed(e);
        }
      }
    }
    if (!sound.isEmpty()) {
      wrong.forEach((listing, reason) -> listing.damaged(name, reason));
    }
    if (sound.stream().distinct().count() != 1) {
      different.stream()
          .flatMap(List::stream)
          .filter(listing -> sound.isEmpty() || !wrong.containsKey(listing))
          .forEach(listing -> listing.diverges(name));
    }
  }

  /** Without the name, which its message begins with. */
  private static String reason(String name, CorruptFileException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith(name + ": ") ? message.substring(name.length() + 2) : message;
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
    private final List<RepairReport.Damage> damages = new ArrayList<>();
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

    private void damaged(String name, String reason) {
      copy.damaged(name, new CorruptFileException(name, reason));
      if (damages.size() < Replica.MAX_REMEMBERED) {
        damages.add(new RepairReport.Damage(name, reason));
      }
    }

    private void failed(IOException e) {
      failed++;
      error = String.valueOf(e.getMessage());
    }

    private RepairReport.Copied report() {
      return new RepairReport.Copied(
          copy.toString(), filled, bytes, failed, damages, divergent, divergences, error, compared);
    }
  }
}
