package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one segment while its bytes arrive, in pieces of any length. Memory holds at
 * most a page and the largest wanted record. As strict as {@link WalReader}, except that only
 * wanted records have their parts checked.
 *
 * <p>For use by one thread.
 */
public final class SegmentScan {
  private static final int PAGE = WalPageHeader.PAGE_SIZE;

  private final WalSegment segment;
  private final long start;
  private final RecordVisitor visitor;
  private final PageValidator check;
  private final RecordDecoder walk;
  private final byte[] page = new byte[PAGE];
  // bytes of complete pages that arrived; bytes of the incomplete page
  private long done;
  private int partial;

  private final SegmentChain chain;
  private @Nullable InvalidWal stop;

  /** Before the first byte. */
  public SegmentScan(WalSegment segment, RecordFilter interest, RecordVisitor visitor) {
    this.segment = segment;
    this.visitor = visitor;
    start = segment.start().value();
    check = new PageValidator(segment.size(), null);
    check.enter(segment);
    walk = new RecordDecoder(segment.size(), interest, -1);
    chain = new SegmentChain(segment, walk);
  }

  /**
   * Takes the next bytes.
   *
   * @throws CorruptFileException if the first page does not belong to this segment, or there are
   *     more bytes than a segment has
   * @throws UnsupportedFormatException if the first page is from a server that Walden does not
   *     support
   */
  public void accept(byte[] bytes, int offset, int length)
      throws CorruptFileException, UnsupportedFormatException {
    if (done + partial + length > segment.size().bytes()) {
      throw new CorruptFileException(segment.toString(), "longer than " + segment.size());
    }
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (partial == 0 && end - at >= PAGE) {
        page(bytes, at, PAGE);
        at += PAGE;
        done += PAGE;
      } else {
        int count = Math.min(PAGE - partial, end - at);
        System.arraycopy(bytes, at, page, partial, count);
        at += count;
        partial += count;
        if (partial == PAGE) {
          page(page, 0, PAGE);
          partial = 0;
          done += PAGE;
        }
      }
    }
  }

  /**
   * The result, once all available bytes of the segment have arrived.
   *
   * @throws CorruptFileException as {@link #accept}
   */
  public RecordChain finish() throws CorruptFileException, UnsupportedFormatException {
    if (done + partial < segment.size().bytes() && stop == null && !isSkipping()) {
      if (partial > 0) {
        page(page, 0, partial);
      }
      if (stop == null && !isSkipping()) {
        check.truncated((int) (done + partial));
        stop(check.problem());
      }
    }
    if (stop == null && walk.open() && walk.overwriting()) {
      stop =
          InvalidWal.of(
              WalEnd.Reason.BAD_OVERWRITE, "the overwriting record continues in the next segment");
    }
    return chain.chain(check.version(), Optional.ofNullable(stop).map(InvalidWal::reason));
  }

  /** Whether the rest of the segment is unused. */
  private boolean isSkipping() {
    return walk.run().records() > 0
        && !walk.open()
        && walk.position() == start + segment.size().bytes();
  }

  private void page(byte[] bytes, int at, int count)
      throws CorruptFileException, UnsupportedFormatException {
    if (stop != null || isSkipping()) {
      return;
    }
    if (!check.accepts(bytes, at, count, start + done)) {
      stop(check.problem());
      return;
    }
    if (done == 0) {
      begin();
    }
    if (chain.isInHead() && !continueHead(bytes, at, count)) {
      return;
    }
    walk.page(bytes, at, count, check);
    records();
  }

  private void begin() {
    chain.begin(check);
    if (!chain.isInHead()) {
      walk.startAt(start);
    }
  }

  /** Takes the page's part of an earlier record; true if its own records can follow. */
  private boolean continueHead(byte[] bytes, int at, int count) throws CorruptFileException {
    switch (chain.takeHead(check, bytes, at, count)) {
      case SHORT -> {
        check.truncated((int) (done + count));
        stop(check.problem());
      }
      case STOP -> stop(chain.headProblem());
      case PAGE -> {}
      default -> {
        walk.startAt(chain.headEnd());
        return true;
      }
    }
    return false;
  }

  private void records() throws CorruptFileException {
    while (true) {
      switch (walk.next()) {
        case RECORD -> {
          if (!show()) {
            return;
          }
        }
        case STOP -> {
          stop(walk.problem());
          return;
        }
        default -> {
          return;
        }
      }
    }
  }

  private boolean show() {
    try {
      visitor.record(walk.record());
      return true;
    } catch (CorruptFileException e) {
      walk.run().reject();
      stop = InvalidWal.of(WalEnd.Reason.BAD_RECORD, "%s", e.getMessage());
      return false;
    }
  }

  /** WAL ends; on the first page, that is an error. */
  private void stop(InvalidWal why) throws CorruptFileException {
    if (done == 0 && !check.accepted()) {
      throw new CorruptFileException(segment.toString(), why.detail());
    }
    stop = why;
  }
}
