package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.TimestampTz;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the main data of a record sequentially, never beyond its end. */
final class RecordDataReader {
  private static final int LOCATOR = 12;

  private final Lsn record;
  private final byte[] bytes;
  private final int start;
  private final int end;
  private int at;

  RecordDataReader(Lsn record, byte[] bytes, int start, int end) {
    this.record = record;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.at = start;
  }

  private int take(long count) throws CorruptFileException {
    if (count < 0 || count > end - at) {
      throw wrong("needs " + count + " more bytes, has " + (end - at));
    }
    int taken = at;
    at += (int) count;
    return taken;
  }

  CorruptFileException wrong(String problem) {
    return new CorruptFileException(
        "WAL record at " + record, "body at byte " + (at - start) + ": " + problem);
  }

  int remaining() {
    return end - at;
  }

  void skip(long count) throws CorruptFileException {
    take(count);
  }

  /** Skips to the next multiple of eight, but not beyond the end. */
  void align() {
    at = Math.min(end, start + (int) WalReader.align(at - start));
  }

  boolean flag() throws CorruptFileException {
    return bytes[take(1)] != 0;
  }

  int u16() throws CorruptFileException {
    return LittleEndian.u16(bytes, take(2));
  }

  int i32() throws CorruptFileException {
    return LittleEndian.i32(bytes, take(4));
  }

  long u32() throws CorruptFileException {
    return LittleEndian.u32(bytes, take(4));
  }

  long i64() throws CorruptFileException {
    return LittleEndian.i64(bytes, take(8));
  }

  Lsn lsn() throws CorruptFileException {
    return new Lsn(i64());
  }

  /** Microseconds since 2000. */
  Instant timestamp() throws CorruptFileException {
    return TimestampTz.instant(i64());
  }

  /** Seconds since 1970. */
  Instant seconds() throws CorruptFileException {
    long seconds = i64();
    try {
      return Instant.ofEpochSecond(seconds);
    } catch (DateTimeException e) {
      throw wrong("not a valid time: " + seconds + " seconds");
    }
  }

  TimelineId timeline() throws CorruptFileException {
    long id = u32();
    if (id == 0) {
      throw wrong("timeline 0");
    }
    return new TimelineId(id);
  }

  /** A number of items of {@code itemBytes} each, all of which are present. */
  int count(int itemBytes) throws CorruptFileException {
    return fits(i32(), itemBytes);
  }

  /** Checks that {@code count} items of {@code itemBytes} each are present. */
  int fits(int count, int itemBytes) throws CorruptFileException {
    if (count < 0 || (long) count * itemBytes > remaining()) {
      throw wrong(count + " items of " + itemBytes + " bytes in " + remaining());
    }
    return count;
  }

  /** Transaction IDs or OIDs. */
  List<Long> numbers(int count) throws CorruptFileException {
    List<Long> numbers = new ArrayList<>(fits(count, Integer.BYTES));
    for (int i = 0; i < count; i++) {
      numbers.add(u32());
    }
    return List.copyOf(numbers);
  }

  RelFileLocator locator() throws CorruptFileException {
    return new RelFileLocator(u32(), u32(), u32());
  }

  List<RelFileLocator> locators(int count) throws CorruptFileException {
    List<RelFileLocator> locators = new ArrayList<>(fits(count, LOCATOR));
    for (int i = 0; i < count; i++) {
      locators.add(locator());
    }
    return List.copyOf(locators);
  }

  List<RelFileLocator> locators() throws CorruptFileException {
    return locators(count(LOCATOR));
  }

  /** Text up to a NUL, which is required and consumed. */
  String text() throws CorruptFileException {
    for (int i = at; i < end; i++) {
      if (bytes[i] == 0) {
        return text(i + 1 - at);
      }
    }
    throw wrong("a text without an end");
  }

  /** Text in a field of {@code fieldBytes}, up to the NUL that it must contain. */
  String text(long fieldBytes) throws CorruptFileException {
    int from = take(fieldBytes);
    int to = from;
    while (to < at && bytes[to] != 0) {
      to++;
    }
    if (to == at) {
      throw wrong("a text without an end");
    }
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  byte[] bytes(long count) throws CorruptFileException {
    int from = take(count);
    return Arrays.copyOfRange(bytes, from, at);
  }
}
