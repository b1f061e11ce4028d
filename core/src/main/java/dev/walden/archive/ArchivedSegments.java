package dev.walden.archive;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.archive.objects.RestartableOutput;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Brings WAL files back: whole ones, or else segments put together from their pieces. */
record ArchivedSegments(
    WalFileStore whole, TailReader tails, WalListing listing, WalSegmentSize size) {

  /** Copies a file's plain bytes to {@code target}, and throws unless they are proven right. */
  FetchOutcome fetch(WalFileName name, RestartableOutput target) throws IOException {
    if (!(name instanceof WalFileName.Segment)) {
      whole.fetch(name, target);
      return FetchOutcome.WHOLE;
    }
    try {
      whole.fetch(name, target);
      return FetchOutcome.WHOLE;
    } catch (NotArchivedException | CorruptFileException e) {
      // one whose digest is missing was not acknowledged; nothing of it was copied
      if (whole.contains(name)) {
        throw e;
      }
      return fetchTail(name, target, e);
    }
  }

  private FetchOutcome fetchTail(WalFileName name, RestartableOutput target, IOException reason)
      throws IOException {
    Optional<WalSegment> segment = segment(name);
    Optional<byte[]> tail = segment.isPresent() ? tail(segment.get()) : Optional.empty();
    if (tail.isPresent()) {
      target.restart().write(padded(tail.get()));
      return tail.get().length == size.bytes() ? FetchOutcome.WHOLE : FetchOutcome.BEGINNING;
    }
    if (whole.contains(name)) {
      // it was completed just now, and its pieces removed
      whole.fetch(name, target);
      return FetchOutcome.WHOLE;
    }
    throw reason;
  }

  private Optional<WalSegment> segment(WalFileName name) {
    try {
      return Optional.of(((WalFileName.Segment) name).segment(size));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  Optional<InputStream> open(WalSegment segment) throws IOException {
    Optional<InputStream> opened = whole.open(segment);
    if (opened.isPresent()) {
      return opened;
    }
    Optional<byte[]> tail = tail(segment);
    return tail.isPresent()
        ? tail.map(bytes -> new ByteArrayInputStream(padded(bytes)))
        : whole.open(segment); // it may have been completed just now
  }

  private byte[] padded(byte[] bytes) {
    return Arrays.copyOf(bytes, size.bytes());
  }

  /** What there is of a segment in pieces; empty if there are none, or it is whole now. */
  private Optional<byte[]> tail(WalSegment segment) throws IOException {
    try {
      return lastOrComplete(segment);
    } catch (IOException e) {
      if (whole.contains(segment.fileName())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Recovery would take the end of the pieces for the end of WAL. */
  private Optional<byte[]> lastOrComplete(WalSegment segment) throws IOException {
    Optional<byte[]> tail = tails.read(segment);
    while (tail.isPresent() && tail.get().length < size.bytes()) {
      Optional<WalSegment> later = listing.next(segment);
      if (later.isEmpty()) {
        return tail;
      }
      // it may have been continued just before the later one was begun
      Optional<byte[]> again = tails.read(segment);
      if (again.isPresent() && again.get().length == tail.get().length) {
        throw new CorruptFileException(
            segment + " (in pieces)",
            tail.get().length,
            "the rest is not archived, though the later " + later.get() + " is");
      }
      tail = again;
    }
    return tail;
  }
}
