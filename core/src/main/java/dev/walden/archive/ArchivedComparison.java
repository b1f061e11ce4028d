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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Compares what an archive holds of a segment, whole or in pieces, with other bytes of it. */
record ArchivedComparison(WalFileStore whole, PieceStore pieces) {
  private static final int BUFFER = 1 << 16;

  /** See {@link ArchiveStore#difference}. */
  Optional<WalDifference> difference(WalSegment segment, ObjectSource beginning)
      throws IOException {
    Optional<StoredObject> object = whole.reachable(segment.fileName());
    if (object.isPresent()) {
      return ofWhole(segment, object.get().name(), beginning);
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

  private Optional<WalDifference> ofWhole(WalSegment segment, String object, ObjectSource beginning)
      throws IOException {
    if (beginning.length() == segment.size().bytes()) {
      Optional<byte[]> digest = whole.digest(segment.fileName(), object);
      if (digest.isPresent()) {
        return Arrays.equals(digest.get(), Sha256Companion.sha256(beginning))
            ? Optional.empty()
            : position(segment, object, beginning);
      }
    }
    return compared(segment, object, beginning);
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
    try (InputStream archived = whole.openSound(segment.fileName(), object);
        InputStream other = beginning.open()) {
      at = mismatch(archived, other);
    }
    if (at < 0) {
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
    try {
      if (count == piece.length() && pieces.holds(piece, object, other)) {
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
      if (count == piece.length() && whole.digest(piece.segment().fileName(), object).isPresent()) {
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
