package dev.walden.archive;

import dev.walden.NotArchivedException;
import dev.walden.WrongKeyException;
import dev.walden.archive.PieceStore.Stored;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.ValidWalEnd;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Compares what an archive holds of a segment, whole or in pieces, with other bytes of it. Archived
 * objects never change, so what was once the same is not read again: where calls of the storage
 * often fail, the next try gets further. Safe for use by many threads.
 */
final class ArchivedComparison {
  private static final int BUFFER = 1 << 16;
  private static final int MOST_KNOWN = 1024;

  private final WalFileStore whole;
  private final PieceStore pieces;

  /**
   * The digests of the plain bytes of segments, by their names, and of pieces, by those of objects.
   */
  private final Map<String, byte[]> known = new LinkedHashMap<>();

  ArchivedComparison(WalFileStore whole, PieceStore pieces) {
    this.whole = whole;
    this.pieces = pieces;
  }

  private synchronized boolean isKnown(String name) {
    return known.containsKey(name);
  }

  private synchronized boolean isKnown(String name, byte[] digest) {
    return Arrays.equals(known.get(name), digest);
  }

  private synchronized void know(String name, byte[] digest) {
    known.put(name, digest);
    if (known.size() > MOST_KNOWN) {
      known.remove(known.keySet().iterator().next());
    }
  }

  /** See {@link ArchiveStore#difference}. */
  Optional<WalDifference> difference(WalSegment segment, ObjectSource beginning)
      throws IOException {
    boolean all = beginning.length() == segment.size().bytes();
    if (all && isKnown(segment.toString()) && isKnown(segment.toString(), sha256(beginning))) {
      return Optional.empty();
    }
    Optional<StoredObject> object = whole.reachable(segment.fileName());
    if (object.isPresent()) {
      return ofWhole(segment, object.get().name(), beginning, all);
    }
    List<Stored> stored = pieces.reachable(segment);
    byte[] other = stored.isEmpty() ? new byte[0] : bytes(beginning);
    for (Stored piece : stored) {
      Optional<WalDifference> found = ofPiece(piece, other);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static byte[] bytes(ObjectSource source) throws IOException {
    try (InputStream in = source.open()) {
      return in.readAllBytes();
    }
  }

  private Optional<WalDifference> ofWhole(
      WalSegment segment, String object, ObjectSource beginning, boolean all) throws IOException {
    Optional<byte[]> stored = all ? whole.digest(segment.fileName(), object) : Optional.empty();
    if (stored.isEmpty()) {
      return compared(segment, object, beginning);
    }
    if (Arrays.equals(stored.get(), sha256(beginning))) {
      know(segment.toString(), stored.get());
      return Optional.empty();
    }
    return position(segment, object, beginning);
  }

  private static byte[] sha256(ObjectSource source) throws IOException {
    return Sha256Companion.sha256(source);
  }

  private Optional<WalDifference> position(
      WalSegment segment, String object, ObjectSource beginning) throws IOException {
    try {
      return compared(segment, object, beginning);
    } catch (WrongKeyException e) {
      // the digests differ
      return Optional.of(new WalDifference(object, segment.start()));
    }
  }

  private Optional<WalDifference> compared(
      WalSegment segment, String object, ObjectSource beginning) throws IOException {
    long at;
    MessageDigest digest = Sha256Companion.newSha256();
    try (InputStream archived = whole.openSound(segment.fileName(), object);
        InputStream other = new DigestInputStream(beginning.open(), digest)) {
      at = mismatch(archived, other);
    }
    if (at < 0) {
      if (beginning.length() == segment.size().bytes()) {
        know(segment.toString(), digest.digest());
      }
      return Optional.empty();
    }
    try (InputStream archived = whole.openSound(segment.fileName(), object)) {
      OptionalLong valid = ValidWalEnd.find(archived, segment);
      // after a switch a segment may hold anything
      return valid.isPresent() && valid.getAsLong() <= at
          ? Optional.empty()
          : Optional.of(new WalDifference(object, segment.start().plus(at)));
    }
  }

  /** The offset of the first byte of {@code beginning} that differs; -1 if none does. */
  private static long mismatch(InputStream archived, InputStream beginning) throws IOException {
    byte[] left = new byte[BUFFER];
    byte[] right = new byte[BUFFER];
    for (long offset = 0; ; offset += BUFFER) {
      int count = beginning.readNBytes(right, 0, BUFFER);
      int there = archived.readNBytes(left, 0, count);
      int mismatch = Arrays.mismatch(left, 0, there, right, 0, count);
      if (mismatch >= 0) {
        return offset + mismatch;
      }
      if (count < BUFFER) {
        return -1;
      }
    }
  }

  private Optional<WalDifference> ofPiece(Stored stored, byte[] beginning) throws IOException {
    TailPiece piece = stored.piece();
    String object = stored.object().name();
    int count = Math.min(piece.to(), beginning.length) - piece.from();
    if (count <= 0) {
      return Optional.empty();
    }
    byte[] other = Arrays.copyOfRange(beginning, piece.from(), piece.from() + count);
    boolean all = count == piece.length();
    byte[] digest = sha256(ObjectSource.of(other));
    if (all && isKnown(object, digest)) {
      return Optional.empty();
    }
    try {
      if (all && pieces.holds(piece, object, other)) {
        know(object, digest);
        return Optional.empty();
      }
    } catch (WrongKeyException | NotArchivedException e) {
      // the rest tells, or it was removed meanwhile
    }
    try {
      int at = Arrays.mismatch(pieces.read(stored), 0, count, other, 0, count);
      return at < 0 ? Optional.empty() : Optional.of(difference(stored, at));
    } catch (NotArchivedException e) {
      return Optional.empty();
    } catch (WrongKeyException e) {
      if (all && whole.digest(piece.segment().fileName(), object).isPresent()) {
        return Optional.of(difference(stored, 0));
      }
      throw e;
    }
  }

  private static WalDifference difference(Stored stored, int at) {
    TailPiece piece = stored.piece();
    return new WalDifference(
        stored.object().name(), piece.segment().start().plus(piece.from() + (long) at));
  }
}
