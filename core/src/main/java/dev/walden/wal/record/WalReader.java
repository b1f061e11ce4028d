package dev.walden.wal.record;

import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads WAL record by record, as the server's recovery does, across any number of segments. Memory
 * does not grow with them: a buffer, and the largest record.
 *
 * <p>Page headers, lengths, links and checksums are all checked. The first invalid place is the end
 * of WAL, which {@link #end} describes. Exceptions come only from the source, or report WAL that
 * Walden does not support.
 *
 * <p>The version of PostgreSQL and, unless the caller names it, the cluster are those of the first
 * page read; all later pages must have the same.
 *
 * <p>For use by one thread. Closing closes the open segment; reading further is then an error.
 *
 * <p>Source: {@code XLogFindNextRecord} and {@code XLogDecodeNextRecord} in {@code
 * src/backend/access/transam/xlogreader.c}.
 */
public final class WalReader implements Closeable {
  private final WalPageReader pages;
  private final RecordDecoder walk;
  private final long from;
  private final long until;
  private final boolean exact;
  private boolean located;
  private boolean current;
  private long validEnd;
  private @Nullable WalEnd end;

  private WalReader(Builder builder) {
    @Nullable Long identifier = builder.cluster == null ? null : builder.cluster.value();
    pages = new WalPageReader(builder.source, builder.size, builder.timelines, identifier);
    from = builder.from.value();
    until = builder.until.value();
    walk = new RecordDecoder(builder.size, (manager, info) -> true, until);
    exact = builder.exact;
    validEnd = from;
  }

  /** Describes a reader of segments of the given size. */
  public static Builder builder(WalSource source, WalSegmentSize size) {
    return new Builder(source, size);
  }

  /**
   * Moves to the next record that starts at or after the requested position.
   *
   * @return false at the end of WAL
   * @throws UnsupportedFormatException if the first page is from a server that Walden does not
   *     support
   * @throws IOException if the source failed
   */
  public boolean next() throws IOException {
    current = false;
    while (end == null && (located || locate()) && read()) {
      if (Long.compareUnsigned(walk.start(), from) >= 0) {
        current = true;
        return true;
      }
    }
    return false;
  }

  /**
   * The current record; the same object each time.
   *
   * @throws IllegalStateException if there is none
   */
  public WalRecord record() {
    if (!current) {
      throw new IllegalStateException("the reader has no current record");
    }
    return walk.record();
  }

  /** Why reading ended; empty before that. */
  public Optional<WalEnd> end() {
    return Optional.ofNullable(end);
  }

  /** Finds the first record that starts on the requested position's page or later. */
  private boolean locate() throws IOException {
    long page = from & -WalPageReader.PAGE;
    if (exact) {
      return pages.moveTo(page) ? startAt(from) : stop(pages.problem());
    }
    while (true) {
      if (!pages.moveTo(page)) {
        return stop(pages.problem());
      }
      int header = pages.current().headerSize();
      long left = pages.current().continuesRecord() ? pages.current().remainingLength() : 0;
      if (align(left) < WalPageReader.PAGE - header) {
        return startAt(page, header, left);
      }
      page += WalPageReader.PAGE;
      if (page == 0) {
        return stop(lastPage());
      }
    }
  }

  private boolean startAt(long page, int header, long left) throws IOException {
    if (header + left > pages.available()) {
      return stop(
          InvalidWal.of(
              WalEnd.Reason.TRUNCATED_SEGMENT,
              "segment %s ends within page %s",
              pages.segmentName(),
              lsn(page)));
    }
    return startAt(page + header + align(left));
  }

  private boolean startAt(long lsn) throws IOException {
    validEnd = lsn;
    walk.startAt(lsn);
    pages.show(walk);
    located = true;
    return true;
  }

  /** Reads the next record, over as many pages as needed. */
  private boolean read() throws IOException {
    while (true) {
      switch (walk.next()) {
        case RECORD -> {
          validEnd = walk.position();
          return true;
        }
        case PAGE -> {
          if (!nextPage()) {
            return false;
          }
        }
        case UNTIL -> {
          return stop(endReached());
        }
        case STOP -> {
          return stop(walk.problem());
        }
      }
    }
  }

  private boolean nextPage() throws IOException {
    if (!walk.open() && Long.compareUnsigned(walk.position(), until) >= 0) {
      return stop(endReached());
    }
    long page =
        walk.open()
            ? pages.current().address() + WalPageReader.PAGE
            : walk.position() & -WalPageReader.PAGE;
    if (page == 0) {
      return stop(lastPage());
    }
    if (!pages.moveTo(page)) {
      return stop(pages.problem());
    }
    pages.show(walk);
    return true;
  }

  private static InvalidWal endReached() {
    return InvalidWal.of(WalEnd.Reason.END_REACHED, "the requested end");
  }

  private boolean stop(InvalidWal why) throws IOException {
    boolean probe =
        why.reason() != WalEnd.Reason.END_REACHED && why.reason() != WalEnd.Reason.MISSING_SEGMENT;
    end =
        new WalEnd(lsn(validEnd), why.reason(), why.detail(), probe && pages.nextSegmentFollows());
    pages.close();
    return false;
  }

  static InvalidWal lastPage() {
    return InvalidWal.of(WalEnd.Reason.MISSING_SEGMENT, "no segment exists after the last LSN");
  }

  static long align(long length) {
    return length + 7 & ~7L;
  }

  private static Lsn lsn(long value) {
    return new Lsn(value);
  }

  @Override
  public void close() throws IOException {
    current = false;
    if (end == null) {
      end = new WalEnd(lsn(validEnd), WalEnd.Reason.END_REACHED, "the reader was closed", false);
    }
    pages.close();
  }

  /** Describes a reader. */
  public static final class Builder {
    private final WalSource source;
    private final WalSegmentSize size;
    private LongFunction<TimelineId> timelines = number -> TimelineId.FIRST;
    private Lsn from = Lsn.ZERO;
    private boolean exact;
    private Lsn until = new Lsn(-1);
    private @Nullable SystemIdentifier cluster;

    private Builder(WalSource source, WalSegmentSize size) {
      this.source = Objects.requireNonNull(source);
      this.size = Objects.requireNonNull(size);
    }

    /** The timeline whose segments are read; 1 by default. */
    public Builder timeline(TimelineId timeline) {
      return timelines(number -> timeline);
    }

    /** The timeline whose segment is read, for each segment number. */
    public Builder timelines(LongFunction<TimelineId> timelineOfSegment) {
      timelines = Objects.requireNonNull(timelineOfSegment);
      return this;
    }

    /** Reading starts with the first record that starts here or later. */
    public Builder from(Lsn start) {
      from = Objects.requireNonNull(start);
      exact = false;
      return this;
    }

    /**
     * Reading starts with the record that starts exactly here; what precedes it on its page is
     * ignored. If no record starts here, the WAL reads as invalid.
     */
    public Builder at(Lsn start) {
      from = Objects.requireNonNull(start);
      exact = true;
      return this;
    }

    /** Reading ends before the first record that starts here or later. */
    public Builder until(Lsn limit) {
      until = Objects.requireNonNull(limit);
      return this;
    }

    /** The cluster that must have written the WAL. */
    public Builder cluster(SystemIdentifier identifier) {
      cluster = Objects.requireNonNull(identifier);
      return this;
    }

    /** Builds a reader before the first record. Opens nothing yet. */
    public WalReader build() {
      return new WalReader(this);
    }
  }
}
