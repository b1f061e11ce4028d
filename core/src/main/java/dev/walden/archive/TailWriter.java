package dev.walden.archive;

import dev.walden.UntrustedObjectException;
import dev.walden.WrongKeyException;
import dev.walden.archive.PieceStore.Stored;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives a segment in pieces while it is being received, from its first byte on. A piece is
 * durable when {@link #put} returns. Its name is its own, so two writers of one segment never
 * collide; what both put must only be the same.
 *
 * <p>So that a segment that fills slowly does not end up as ten thousand pieces, each sixteenth
 * piece repeats those before it, which may then be removed: the next piece begins at {@link #next}.
 *
 * <p>One thread puts; another one may remove meanwhile.
 */
public final class TailWriter {
  private static final Logger LOG = LoggerFactory.getLogger(TailWriter.class);
  private static final int RUN_BYTES = 6;

  /** How many pieces of about one size there may be. */
  private static final int FAN = 16;

  /** A larger piece is repeated no more. */
  private static final int MAX_REPEATED = 1 << 20;

  /**
   * A reader that listed the pieces before the larger one existed may still read them this long.
   */
  private static final long REMOVAL_DELAY_NS = Duration.ofSeconds(10).toNanos();

  private final PieceStore objects;
  private final WalSegment segment;
  private final LongSupplier nanoTime;
  private final String run;
  private final List<Own> pieces = new ArrayList<>();
  private final Deque<Repeated> repeated = new ArrayDeque<>();
  private final Set<String> tried = new HashSet<>();

  /** A piece that is durable; {@code level} counts how often its bytes were repeated. */
  private record Own(TailPiece piece, int level) {}

  private record Repeated(String objectName, long since) {}

  TailWriter(PieceStore objects, WalSegment segment) {
    this(objects, segment, System::nanoTime);
  }

  TailWriter(PieceStore objects, WalSegment segment, LongSupplier nanoTime) {
    this.objects = objects;
    this.segment = segment;
    this.nanoTime = nanoTime;
    byte[] bits = new byte[RUN_BYTES];
    new SecureRandom().nextBytes(bits);
    this.run = HexFormat.of().formatHex(bits);
  }

  public WalSegment segment() {
    return segment;
  }

  /** How many bytes from the segment's start on are durable. */
  public synchronized int end() {
    return pieces.isEmpty() ? 0 : last().piece.to();
  }

  /** The offset at which the next piece begins: {@link #end}, or before. */
  public synchronized int next() {
    int kept = pieces.size() - repeatedByNext();
    return kept == pieces.size() ? end() : pieces.get(kept).piece.from();
  }

  /** How many of the last pieces the next one repeats. */
  private int repeatedByNext() {
    int repeats = 0;
    while (repeats < pieces.size()) {
      int level = level(repeats);
      int more = repeats;
      while (level(more) == level && isSmall(more)) {
        more++;
      }
      if (more - repeats < FAN - 1) {
        return repeats;
      }
      repeats = more;
    }
    return repeats;
  }

  /** Whether all pieces from one on, counted from the last, may be repeated by one. */
  private boolean isSmall(int fromLast) {
    return end() - pieces.get(pieces.size() - 1 - fromLast).piece.from() <= MAX_REPEATED;
  }

  /** The level of a piece, counted from the last; -1 if there is none. */
  private int level(int fromLast) {
    return fromLast < pieces.size() ? pieces.get(pieces.size() - 1 - fromLast).level : -1;
  }

  /**
   * Makes bytes durable. After a failure the same ones may be put again.
   *
   * @param from their offset in the segment: {@link #next}, {@link #end}, or any before the end
   * @throws dev.walden.StorageUnavailableException if they are not durable, or nobody can tell
   */
  public void put(int from, byte[] bytes) throws IOException {
    TailPiece piece = new TailPiece(segment, from, from + bytes.length, run);
    synchronized (this) {
      if (from > end() || piece.to() <= end()) {
        throw new IllegalArgumentException(piece + " does not go on from " + end());
      }
      tried.add(objects.objectName(piece));
    }
    objects.put(piece, bytes);
    add(piece);
  }

  private synchronized void add(TailPiece piece) {
    int level = 0;
    long now = nanoTime.getAsLong();
    while (!pieces.isEmpty() && last().piece.from() >= piece.from()) {
      Own old = pieces.remove(pieces.size() - 1);
      level = old.level + 1;
      repeated.add(new Repeated(objects.objectName(old.piece), now));
    }
    pieces.add(new Own(piece, level));
  }

  private Own last() {
    return pieces.get(pieces.size() - 1);
  }

  /** Removes pieces that larger ones have repeated, once no reader can need them. */
  public void removeRepeated() throws IOException {
    for (String name : unread()) {
      objects.delete(name);
      synchronized (this) {
        tried.remove(name);
      }
    }
  }

  private synchronized List<String> unread() {
    List<String> names = new ArrayList<>();
    while (!repeated.isEmpty() && nanoTime.getAsLong() - repeated.peek().since > REMOVAL_DELAY_NS) {
      names.add(repeated.remove().objectName);
    }
    return names;
  }

  /**
   * Removes all that was put here; only once the whole segment is archived, and while nothing is
   * being put.
   */
  public void remove() throws IOException {
    List<String> names;
    synchronized (this) {
      names = List.copyOf(tried);
    }
    for (String name : names) {
      objects.delete(name);
      synchronized (this) {
        tried.remove(name);
      }
    }
  }

  /**
   * Removes what other writers have put, such as one before a crash, as far as the whole segment,
   * which is archived, holds it. What differs, or cannot be compared, stays and is logged.
   */
  public void removeOthers(ObjectSource whole) throws IOException {
    List<Stored> others =
        objects.list(segment).stream().filter(stored -> !stored.piece().run().equals(run)).toList();
    if (!others.isEmpty()) {
      byte[] bytes;
      try (InputStream in = whole.open()) {
        bytes = in.readAllBytes();
      }
      for (Stored other : others) {
        removeIfHeld(objects, other, bytes);
      }
    }
  }

  /** Removes a piece if the bytes of its whole segment hold it. */
  static boolean removeIfHeld(PieceStore objects, Stored stored, byte[] whole) throws IOException {
    String name = stored.object().name();
    TailPiece piece = stored.piece();
    try {
      if (objects.holds(piece, name, Arrays.copyOfRange(whole, piece.from(), piece.to()))) {
        objects.delete(name);
        return true;
      }
      LOG.warn("{} differs from the archived {}, and is kept", name, piece.segment());
    } catch (WrongKeyException | UntrustedObjectException e) {
      LOG.warn("{} is kept, though {} is archived: {}", name, piece.segment(), e.getMessage());
    }
    return false;
  }

  @Override
  public String toString() {
    return "tail of " + segment + " by " + run;
  }
}
