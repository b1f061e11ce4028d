package dev.walden.wal.record;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Segments that a real server wrote, in memory, to be damaged and restored. */
public final class SampleSegments implements WalSource {
  /** Where a record begins and ends. */
  record Place(Lsn start, Lsn end) {}

  private final Map<Long, byte[]> original;
  private final List<Place> records;
  private final Map<Long, byte[]> segments = new TreeMap<>();
  private int open;

  private SampleSegments(Map<Long, byte[]> original, List<Place> records) {
    this.original = original;
    this.records = records;
    restore();
  }

  /** Fresh copies of the segments of one server that is run once. */
  public static SampleSegments take() {
    return new SampleSegments(Once.SEGMENTS, Once.RECORDS);
  }

  private static final class Once {
    static final Map<Long, byte[]> SEGMENTS = write();
    static final List<Place> RECORDS = places(SEGMENTS);

    private static Map<Long, byte[]> write() {
      try {
        assumeTrue(PostgresBinaries.available(17), "no PostgreSQL 17 at hand");
        Path folder = Files.createTempDirectory("walden-samples");
        try (PostgresServer server =
            WalWorkload.server(PostgresBinaries.of(17), folder.resolve("data"), "logical")) {
          WalWorkload.run(server, 4);
          server.kill();
          return load(new SegmentDirectory(server.dataDirectory().resolve("pg_wal")));
        } finally {
          delete(folder);
        }
      } catch (IOException | InterruptedException | SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void delete(Path folder) throws IOException {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(file);
        }
      }
    }

    private static Map<Long, byte[]> load(SegmentDirectory wal) throws IOException {
      Map<Long, byte[]> loaded = new TreeMap<>();
      long number = WalWorkload.SIZE.segmentNumber(wal.start(WalWorkload.SIZE));
      long last = 0;
      try (WalReader reader =
          WalReader.builder(wal, WalWorkload.SIZE).from(wal.start(WalWorkload.SIZE)).build()) {
        while (reader.next()) {
          last = reader.record().endLsn().value() - 1;
        }
      }
      for (; number <= WalWorkload.SIZE.segmentNumber(new Lsn(last)); number++) {
        try (InputStream in = wal.open(segment(number)).orElseThrow()) {
          loaded.put(number, in.readAllBytes());
        }
      }
      return loaded;
    }

    private static List<Place> places(Map<Long, byte[]> loaded) {
      List<Place> places = new ArrayList<>();
      SampleSegments all = new SampleSegments(loaded, places);
      try (WalReader reader = WalReader.builder(all, WalWorkload.SIZE).from(all.start()).build()) {
        while (reader.next()) {
          places.add(new Place(reader.record().lsn(), reader.record().endLsn()));
        }
        return places;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public Optional<InputStream> open(WalSegment segment) {
    return Optional.ofNullable(segments.get(segment.number())).map(Counted::new);
  }

  private final class Counted extends ByteArrayInputStream {
    Counted(byte[] bytes) {
      super(bytes);
      open++;
    }

    @Override
    public void close() {
      open--;
    }
  }

  /** How many streams were opened and not closed. */
  int open() {
    return open;
  }

  /** The 32 bits at a position. */
  int number(Lsn at) {
    return LittleEndian.i32(bytesAt(at), WalWorkload.SIZE.offset(at));
  }

  void number(Lsn at, int value) {
    ByteBuffer.wrap(bytesAt(at))
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(WalWorkload.SIZE.offset(at), value);
  }

  private static WalSegment segment(long number) {
    return new WalSegment(TimelineId.FIRST, number, WalWorkload.SIZE);
  }

  void restore() {
    segments.clear();
    original.forEach((number, bytes) -> segments.put(number, bytes.clone()));
  }

  public Lsn start() {
    return WalWorkload.SIZE.startOf(original.keySet().iterator().next());
  }

  /** The end of the last segment. */
  public Lsn end() {
    return start().plus((long) original.size() * WalWorkload.SIZE.bytes());
  }

  List<Place> records() {
    return records;
  }

  /** Records from the fourth segment on, spread over the rest, but for those that are a segment. */
  List<Place> someRecords(int count) {
    Lsn from = start().plus(4L * WalWorkload.SIZE.bytes());
    List<Place> late =
        records.stream()
            .filter(r -> r.start().isAfter(from) && r.end().minus(r.start()) < 100_000)
            .toList();
    List<Place> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(late.get((int) ((long) i * (late.size() - 1) / count)));
    }
    return some;
  }

  public WalSegment segment(Lsn lsn) {
    return WalSegment.containing(TimelineId.FIRST, lsn, WalWorkload.SIZE);
  }

  boolean hasSegmentAfter(Lsn lsn) {
    return segments.containsKey(segment(lsn.plus(-1)).number() + 1);
  }

  /** The segment that holds a position. */
  public byte[] bytesAt(Lsn lsn) {
    return segments.get(segment(lsn).number());
  }

  void put(WalSegment segment, byte[] bytes) {
    segments.put(segment.number(), bytes);
  }

  public void cut(WalSegment segment, int length) {
    put(segment, Arrays.copyOf(original.get(segment.number()), length));
  }

  void remove(WalSegment segment) {
    segments.remove(segment.number());
  }

  void removeAfter(WalSegment segment) {
    segments.keySet().removeIf(number -> number > segment.number());
  }

  void zero(Lsn from, Lsn to) {
    for (Lsn at = from; at.isBefore(to); at = segment(at).end()) {
      int offset = WalWorkload.SIZE.offset(at);
      long count = Lsn.min(to, segment(at).end()).minus(at);
      Arrays.fill(bytesAt(at), offset, offset + (int) count, (byte) 0);
    }
  }

  /** Puts what was at {@code from} to where {@code to} up to {@code end} is. */
  void copy(Lsn from, Lsn to, Lsn end) {
    long count;
    for (long done = 0; done < end.minus(to); done += count) {
      Lsn source = from.plus(done);
      Lsn target = to.plus(done);
      count = Math.min(end.minus(target), segment(source).end().minus(source));
      count = Math.min(count, segment(target).end().minus(target));
      System.arraycopy(
          original.get(segment(source).number()),
          WalWorkload.SIZE.offset(source),
          bytesAt(target),
          WalWorkload.SIZE.offset(target),
          (int) count);
    }
  }

  WalEnd readToEnd() throws IOException {
    return end(WalReader.builder(this, WalWorkload.SIZE).from(start()));
  }

  public static WalEnd end(WalReader.Builder builder) throws IOException {
    try (WalReader reader = builder.build()) {
      while (reader.next()) {
        reader.record().body();
      }
      return reader.end().orElseThrow();
    }
  }
}
