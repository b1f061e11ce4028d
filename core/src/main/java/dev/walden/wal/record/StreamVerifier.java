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
 * segment on and over any number of them. Keeps no more than a page, however long a record is, and
 * records of up to 1 MiB that an observer is interested in.
 *
 * <p>Page headers, lengths, links and checksums are checked. Of a record that began before the
 * first segment the checksum is not known, unless {@link #restartedAt} knows its beginning; only
 * its length is checked then. What follows a SWITCH in its segment is unused and not looked at.
 *
 * <p>For use by one thread. After an exception it is of no further use but for {@link #verified}.
 */
public final class StreamVerifier {
  private static final int PAGE = WalPageHeader.PAGE_SIZE;

  private final ClusterIdentity cluster;
  private final PageValidator check;
  private final RecordDecoder walk;
  private final SegmentObserver observer;
  private final ObservedSegments observed;
  private final Optional<Joint> before;
  // where verification may have to begin again, in order
  private final Deque<Joint> joints = new ArrayDeque<>();
  private final byte[] page = new byte[PAGE];

  private WalSegment segment;
  private long address;
  private int partial;
  private boolean headerChecked;

  private Contrecord rest;
  // behind what has arrived, if that is in the unused rest of a segment
  private Lsn verified;
  private boolean walking;

  /**
   * What goes over the start of a segment.
   *
   * @param open the record that goes on there
   * @param last where the last one begins that does not
   * @param verified how far WAL is valid before it
   */
  private record Joint(Lsn at, Optional<Open> open, long last, Lsn verified) {}

  /**
   * A record of which a part is still to come.
   *
   * @param start where it begins, or else the part of it that arrived
   * @param begun what there is of it, if its beginning arrived
   */
  private record Open(long start, long remaining, Optional<RecordFragment> begun) {
    static Open of(Tail tail) {
      return new Open(tail.lsn().value(), tail.remaining(), Optional.of(tail.fragment()));
    }
  }

  /** For a stream that begins with a segment; nothing is known of the WAL before it. */
  public StreamVerifier(ClusterIdentity cluster, WalSegment first) {
    this(cluster, first, SegmentObserver.NONE);
  }

  /**
   * For a stream that begins with a segment; nothing is known of the WAL before it.
   *
   * @param observer of all segments but the first
   */
  public StreamVerifier(ClusterIdentity cluster, WalSegment first, SegmentObserver observer) {
    this(cluster, first, observer, Optional.empty());
  }

  private StreamVerifier(
      ClusterIdentity cluster, WalSegment first, SegmentObserver observer, Optional<Joint> before) {
    this.cluster = cluster;
    this.observer = observer;
    this.before = before;
    before.ifPresent(joints::add);
    check = new PageValidator(cluster);
    walk = RecordDecoder.lenient(cluster.segmentSize(), observer.interest());
    observed = new ObservedSegments(observer, walk);
    segment = first;
    check.enter(first);
    address = first.start().value();
    verified = before.map(Joint::verified).orElse(first.start());
  }

  /**
   * For a stream that begins with a segment, maybe of another timeline, after this one has ended.
   * All WAL before it must be shared by both streams.
   */
  public StreamVerifier restartedAt(WalSegment first) {
    return new StreamVerifier(
        cluster,
        first,
        observer,
        joints.stream().filter(joint -> joint.at.equals(first.start())).findFirst());
  }

  /** The end of what has arrived. */
  public Lsn received() {
    return new Lsn(address + partial);
  }

  /**
   * The end of what is known to be valid: of the last record that arrived whole, or of a rest of a
   * record of which nothing else is known.
   */
  public Lsn verified() {
    return Lsn.min(received(), verified);
  }

  /**
   * Takes all that remains in {@code data}, which follows what has arrived.
   *
   * @throws CorruptFileException if that is no WAL which a server wrote here; {@link #verified}
   *     tells how far it is
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
    joints.add(joint());
    if (walking) {
      observed.begin(segment);
    }
    while (joints.size() > 1 && !joints.stream().skip(1).findFirst().get().at.isAfter(verified())) {
      joints.remove();
    }
  }

  /** What goes over the start of the segment that comes now. */
  private Joint joint() {
    if (walking) {
      Optional<Open> open =
          walk.open()
              ? Optional.of(Open.of(new Tail(new Lsn(walk.start()), walk.fragment())))
              : Optional.empty();
      return new Joint(segment.start(), open, walk.lastStart(), verified);
    }
    Open open =
        new Open(
            rest.start(),
            rest.remaining() - rest.length(),
            begun().map(fragment -> fragment.followedBy(rest.fragment())));
    return new Joint(segment.start(), Optional.of(open), last(), verified);
  }

  private Optional<Open> open() {
    return before.flatMap(Joint::open);
  }

  private Optional<RecordFragment> begun() {
    return open().flatMap(Open::begun);
  }

  private long last() {
    return before.map(Joint::last).orElse(RecordDecoder.NONE);
  }

  /** Looks at a page of which so many bytes are there; again, when there are more. */
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

  /** Whether the page lies behind a SWITCH. */
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
      // the walk finds that the page continues what is complete
      start(last(), address);
    }
  }

  /** Goes on where a page may say that it overwrites the open record, which never ends. */
  private void startAfterOverwritten(long position) {
    open().filter(open -> open.begun.isPresent()).ifPresent(o -> walk.expectOverwriting(o.start));
    start(last(), position);
  }

  private void start(long last, long position) {
    walking = true;
    walk.startAfter(last, position);
  }

  /** Takes what the page has of a record from before; true if its own records can follow. */
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

  /** Checks the record whose beginning an earlier stream had. */
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
    // the record whose end is all that is known was a SWITCH: no other is followed by zeros
    verified = segment.end();
    walk.startAt(verified.value());
  }

  private CorruptFileException damage(InvalidWal why) {
    return new CorruptFileException(
        segment.toString(), why.detail() + "; valid up to " + verified());
  }
}
