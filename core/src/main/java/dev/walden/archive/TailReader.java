package dev.walden.archive;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.archive.PieceStore.Stored;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.RecordVisitor;
import dev.walden.wal.record.SegmentScan;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Puts a segment together from its pieces, and believes none of them: each is verified, they must
 * follow one another from the segment's start, agree where they overlap, and hold valid WAL, record
 * by record, up to the end. The result is everything that was acknowledged, or an error.
 */
final class TailReader {
  private static final int TRIES = 5;
  private static final RecordVisitor NOBODY =
      new RecordVisitor() {
        @Override
        public void record(WalRecord record) {}

        @Override
        public void missed(Lsn lsn, Lsn endLsn) {}
      };

  private final PieceStore objects;
  private final WalFileCheck check;

  TailReader(PieceStore objects, WalFileCheck check) {
    this.objects = objects;
    this.check = check;
  }

  /**
   * The bytes that the archive has of a segment in pieces, from the first one on.
   *
   * @return empty if there are no pieces
   * @throws CorruptFileException if a piece is damaged or missing, or they hold no valid WAL
   * @throws ArchiveConflictException if two pieces differ
   * @throws dev.walden.WrongKeyException if none of the keys opens them
   */
  Optional<byte[]> read(WalSegment segment) throws IOException {
    for (int tries = 1; ; tries++) {
      List<Stored> pieces = new ArrayList<>(objects.list(segment));
      if (pieces.isEmpty()) {
        return Optional.empty();
      }
      pieces.sort(
          Comparator.comparing((Stored stored) -> stored.piece().from())
              .thenComparing(stored -> -stored.piece().to()));
      try {
        requireNoGap(pieces);
        byte[] bytes = join(pieces);
        requireValid(segment, bytes);
        return Optional.of(bytes);
      } catch (NotArchivedException | GapException e) {
        // its writer replaces small pieces by larger ones, and all by the whole segment
        if (tries == TRIES) {
          throw e instanceof GapException gap ? gap.damage() : e;
        }
      }
    }
  }

  private static void requireNoGap(List<Stored> pieces) throws GapException {
    int end = 0;
    for (Stored stored : pieces) {
      if (stored.piece().from() > end) {
        throw new GapException(stored, end);
      }
      end = Math.max(end, stored.piece().to());
    }
  }

  private byte[] join(List<Stored> pieces) throws IOException {
    int length = pieces.stream().mapToInt(stored -> stored.piece().to()).max().orElseThrow();
    byte[] joined = new byte[length];
    int end = 0;
    for (Stored stored : pieces) {
      byte[] bytes = objects.read(stored);
      int from = stored.piece().from();
      int known = Math.max(0, Math.min(end - from, bytes.length));
      int mismatch = Arrays.mismatch(joined, from, from + known, bytes, 0, known);
      if (mismatch >= 0) {
        throw new ArchiveConflictException(
            stored.object().name()
                + " differs at offset "
                + (from + mismatch)
                + " of the segment from the pieces before it. Did two servers write this"
                + " timeline?");
      }
      System.arraycopy(bytes, known, joined, from + known, bytes.length - known);
      end = Math.max(end, from + bytes.length);
    }
    return joined;
  }

  private void requireValid(WalSegment segment, byte[] bytes) throws ArchiveException {
    if (bytes.length < WalPageHeader.LONG) {
      throw new CorruptFileException(segment.toString(), "has not even a page header in its tail");
    }
    check.content(
        segment.fileName(), Arrays.copyOf(bytes, Math.min(bytes.length, WalPageHeader.PAGE_SIZE)));
    SegmentScan scan = new SegmentScan(segment, (manager, info) -> false, NOBODY);
    scan.accept(bytes, 0, bytes.length);
    RecordChain chain = scan.finish();
    Optional<WalEnd.Reason> end = chain.end();
    if (end.isEmpty() || end.get() == WalEnd.Reason.TRUNCATED_SEGMENT) {
      return;
    }
    Lsn valid = chain.last().map(RecordChain.Last::endLsn).orElse(segment.start());
    int offset = (int) Math.min(bytes.length, valid.minus(segment.start()));
    // a switch leaves the rest of its segment empty
    if (end.get() != WalEnd.Reason.ZEROS || !isZero(bytes, offset)) {
      throw new CorruptFileException(
          segment.toString(),
          offset,
          "its tail has "
              + bytes.length
              + " bytes, but they are no valid WAL from "
              + valid
              + " on: "
              + end.get());
    }
  }

  private static boolean isZero(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Bytes that no piece holds, although a later piece exists. */
  private static final class GapException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Stored next;
    private final int end;

    GapException(Stored next, int end) {
      this.next = next;
      this.end = end;
    }

    CorruptFileException damage() {
      return new CorruptFileException(
          next.piece().segment() + " (in pieces)",
          end,
          "no piece holds the bytes up to the next piece, " + next.object().name());
    }
  }
}
