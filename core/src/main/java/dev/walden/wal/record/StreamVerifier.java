package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RecordChain.Tail;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Checks WAL record by record while it arrives, in pieces of any length, from the start of a
 * segment on and across any number of segments. Memory holds at most a page, however long a record
 * is, and the observer's wanted records of up to 1 MiB.
 *
 * <p>Page headers, lengths, links and checksums are checked. The rest of a segment after a SWITCH
 * is unused and ignored. The first segment may begin with:
 *
 * <pre>
 *   a record                 decoding starts with it
 *   the rest of a record     checked whole if restartedAt knows its beginning, else for length
 *   a page that overwrites   the open record never completes; decoding starts with the record that
 *                            must say so
 * </pre>
 *
 * <p>For use by one thread. After an exception, only {@link #verified} may be called.
 */
public final class StreamVerifier {
  private static final int PAGE = WalPageHeader.PAGE_SIZE;

  private final ClusterIdentity cluster;
  private final PageValidator check;
  private final RecordDecoder walk;
  private final SegmentObserver observer;
  private final ObservedSegments observed;
  private final Optional<SegmentBoundary> before;
  // where verification may have to restart, in order
  private final Deque<SegmentBoundary> boundaries = new ArrayDeque<>();
  private final byte[] page = new byte[PAGE];

  private WalSegment segment;
  private long address;
  private int partial;
  private boolean headerChecked;

  @SuppressWarnings("NullAway.Init") // null unless a record crosses into the first segment
  private Contrecord rest;

  // may be after what has arrived, in the unused rest of a segment
  private Lsn verified;
  private boolean walking;

  /**
   * The state at the start of a segment.
   *
   * @param open a record that crosses into the segment
   * @param last the start of the last record before it
   * @param verified the end of valid WAL before it
   */
  private record SegmentBoundary(Lsn at, Optional<Open> open, long last, Lsn verified) {}

  /**
   * A record that is not complete yet.
   *
   * @param start where it, or the part of it that arrived, begins
   * @param begun the part of it that arrived, if that includes its beginning
   */
  private record Open(long start, long remaining, Optional<RecordFragment> begun) {
    static Open of(Tail tail) {
      return new Open(tail.lsn().value(), tail.remaining(), Optional.of(tail.fragment()));
    }
  }

  /** For a stream that begins with a segment; nothing is known about the WAL before it. */
  public StreamVerifier(ClusterIdentity cluster, WalSegment first) {
    this(cluster, first, SegmentObserver.NONE);
  }

  /**
   * For a stream that begins with a segment; nothing is known about the WAL before it.
   *
   * @param observer of all segments but the first
   */
  public StreamVerifier(ClusterIdentity cluster, WalSegment first, SegmentObserver observer) {
    this(cluster, first, observer, Optional.empty());
  }

  private StreamVerifier(
      ClusterIdentity cluster,
      WalSegment first,
      SegmentObserver observer,
      Optional<SegmentBoundary> before) {
    this.cluster = cluster;
    this.observer = observer;
    this.before = before;
    before.ifPresent(boundaries::add);
    check = new PageValidator(cluster);
    walk = RecordDecoder.lenient(cluster.segmentSize(), observer.interest());
    observed = new ObservedSegments(observer, walk);
    segment = first;
    check.enter(first);
    address = first.start().value();
    verified = before.map(SegmentBoundary::verified).orElse(first.start());
  }

  /**
   * For a new stream that begins with a segment, maybe of another timeline, after this one has
   * ended. Both streams must share all WAL before it.
   */
  public StreamVerifier restartedAt(WalSegment first) {
    return new StreamVerifier(
        cluster,
        first,
        observer,
        boundaries.stream().filter(boundary -> boundary.at.equals(first.start())).findFirst());
  }

  /** The end of what has arrived. */
  public Lsn received() {
    return new Lsn(address + partial);
  }

  /**
   * The end of the WAL known to be valid: the end of the last complete record, or of what arrived
   * of a record whose beginning is unknown.
   */
  public Lsn verified() {
    return Lsn.min(received(), verified);
  }

  /**
   * Takes all that remains in {@code data}, which follows what has arrived.
   *
   * @throws CorruptFileException if that is not valid WAL; {@link #verified} is where valid WAL
   *     ends
   */
  public void accept(ByteBuffer data) throws CorruptFileException {
    byte[] bytes;
    int at = 0;
    if (data.hasArray()) {
      bytes = data.array();
      at = data.arrayOffset() + data.position();
    } else {
      bytes = new byte[data.remaining()];
      data.duplicate().get(bytes);
    }
    int end = at + data.remaining();
    data.position(data.limit());
    while (at < end) {
      at += take(bytes, at, end - at);
    }
  }

  private int take(byte[] bytes, int at, int length) throws CorruptFileException {
    if (partial == 0 && length >= PAGE) {
      partial = PAGE;
      look(bytes, at, PAGE);
      nextPage();
      return PAGE;
    }
    int count = Math.min(PAGE - partial, length);
    System.arraycopy(bytes, at, page, partial, count);
    partial += count;
    look(page, 0, partial);
    if (partial == PAGE) {
      nextPage();
    }
    return count;
  }

  private void nextPage() {
    address += PAGE;
    partial = 0;
    headerChecked = false;
    if (address == segment.end().value()) {
      nextSegment();
    }
  }

  private void nextSegment() {
    observed.end(check.version());
    segment = segment.next();
    check.enter(segment);
    boundaries.add(boundary());
    if (walking) {
      observed.begin(segment);
    }
    while (boundaries.size() > 1
        && !boundaries.stream().skip(1).findFirst().get().at.isAfter(verified())) {
      boundaries.remove();
    }
  }

  /** The state at the start of the new segment. */
  private SegmentBoundary boundary() {
    if (walking) {
      Optional<Open> open =
          walk.open()
              ? Optional.of(Open.of(new Tail(new Lsn(walk.start()), walk.fragment())))
              : Optional.empty();
      return new SegmentBoundary(segment.start(), open, walk.run().lastStart(), verified);
    }
    Open open =
        new Open(
            rest.start(),
            rest.remaining() - rest.length(),
            begun().map(fragment -> fragment.followedBy(rest.fragment())));
    return new SegmentBoundary(segment.start(), Optional.of(open), last(), verified);
  }

  private Optional<Open> open() {
    return before.flatMap(SegmentBoundary::open);
  }

  private Optional<RecordFragment> begun() {
    return open().flatMap(Open::begun);
  }

  private long last() {
    return before.map(SegmentBoundary::last).orElse(RecordDecoder.NONE);
  }

  /** Looks at a page of which {@code count} bytes are available; repeated when there are more. */
  private void look(byte[] bytes, int at, int count) throws CorruptFileException {
    if (isUnused()) {
      return;
    }
    if (!headerChecked) {
      if (!check.isHeaderThere(bytes, at, count, address)) {
        return;
      }
      if (!accepts(bytes, at, count)) {
        stop(check.problem());
        return;
      }
      headerChecked = true;
      observed.header(check);
      if (!walking && rest == null) {
        begin();
      }
    }
    if (walking || continueRest(bytes, at, count)) {
      observed.page(check, bytes, at, count);
      walk.page(bytes, at, count, check);
      walk(count);
    }
  }

  private boolean accepts(byte[] bytes, int at, int count) {
    try {
      return check.accepts(bytes, at, count, address);
    } catch (UnsupportedFormatException e) {
      throw new IllegalStateException("the version is known", e);
    }
  }

  /** Whether the page is unused after a SWITCH. */
  private boolean isUnused() {
    return walking && !walk.open() && walk.position() - address >= PAGE;
  }

  private void begin() throws CorruptFileException {
    Optional<Open> open = open();
    if (check.overwritesRecord() || !check.continuesRecord() && open.isEmpty()) {
      startAfterOverwritten(address);
    } else if (open.isPresent() || before.isEmpty()) {
      rest =
          new Contrecord(
              open.map(Open::start).orElse(address),
              open.map(Open::remaining).orElse(check.remainingLength()));
    } else {
      // the decoder will report that the page continues a complete record
      start(last(), address);
    }
  }

  /** Continues where a page may overwrite the open record, which never completes. */
  private void startAfterOverwritten(long position) {
    open().filter(open -> open.begun.isPresent()).ifPresent(o -> walk.expectOverwriting(o.start));
    start(last(), position);
  }

  private void start(long last, long position) {
    walking = true;
    walk.startAfter(last, position);
  }

  /** Takes the page's part of an earlier record; true if its own records can follow. */
  private boolean continueRest(byte[] bytes, int at, int count) throws CorruptFileException {
    switch (rest.take(check, bytes, at, count)) {
      case STOP -> throw damage(rest.problem());
      case OVERWRITTEN -> {
        startAfterOverwritten(rest.end());
        return true;
      }
      case ENDS -> {
        Optional<RecordFragment> begun = begun();
        if (begun.isEmpty()) {
          start(RecordDecoder.NONE, rest.end());
        } else {
          complete(begun.get().followedBy(rest.fragment()));
        }
        return true;
      }
      default -> {
        if (begun().isEmpty()) {
          verified = received();
        }
        return false;
      }
    }
  }

  /** Checks a record whose beginning was in an earlier stream. */
  private void complete(RecordFragment whole) throws CorruptFileException {
    long start = rest.start();
    InvalidWal wrong = RecordRules.wrongHeader(whole.bytes(), 0, check.version(), start, last());
    if (wrong == null && !whole.isValidRecord()) {
      wrong = RecordRules.wrongChecksum(start);
    }
    if (wrong != null) {
      throw damage(wrong);
    }
    start(start, whole.isOf(XlogBodyReader.SWITCH) ? segment.end().value() : rest.end());
  }

  private void walk(int count) throws CorruptFileException {
    RecordDecoder.Step step;
    while ((step = walk.next()) == RecordDecoder.Step.RECORD) {
      observed.record();
    }
    if (!walk.overwriting()) {
      verified = new Lsn(walk.position());
    }
    boolean incomplete =
        step == RecordDecoder.Step.STOP
            && count < PAGE
            && walk.problem().reason() == WalEnd.Reason.TRUNCATED_SEGMENT;
    if (step == RecordDecoder.Step.STOP && !incomplete) {
      stop(walk.problem());
    }
  }

  private void stop(InvalidWal why) throws CorruptFileException {
    boolean maySwitch =
        rest != null
            && before.isEmpty()
            && walking
            && !walk.open()
            && walk.position() == rest.end()
            && rest.remaining() < DecodedRecord.HEADER;
    if (!maySwitch || why.reason() != WalEnd.Reason.ZEROS) {
      throw damage(why);
    }
    // the record of which only the end is known was a SWITCH: zeros follow no other
    verified = segment.end();
    walk.startAt(verified.value());
  }

  private CorruptFileException damage(InvalidWal why) {
    return new CorruptFileException(
        segment.toString(), why.detail() + "; valid up to " + verified());
  }
}
