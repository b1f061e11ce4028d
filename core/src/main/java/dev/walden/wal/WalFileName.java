package dev.walden.wal;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file that PostgreSQL archives or requests: a WAL segment, a partial segment, a
 * timeline history or a backup history file. {@code toString} returns exactly the name parsed.
 *
 * <p>Source: {@code src/include/access/xlog_internal.h}.
 */
public sealed interface WalFileName {
  /** The timeline in the first eight digits. */
  TimelineId timeline();

  /**
   * Reads a file name, without any directory.
   *
   * @throws IllegalArgumentException if PostgreSQL archives no file with such a name
   */
  static WalFileName parse(String name) {
    Matcher m = Names.PATTERN.matcher(name);
    if (!m.matches()) {
      throw Names.notOne(name);
    }
    TimelineId timeline;
    try {
      timeline = new TimelineId(Names.hex(m.group(1)));
    } catch (IllegalArgumentException e) {
      throw Names.notOne(name);
    }
    if (m.group(2) == null) {
      return new History(timeline);
    }
    Segment segment = new Segment(timeline, Names.hex(m.group(2)), Names.hex(m.group(3)));
    if (m.group(4) == null) {
      return segment;
    }
    return m.group(5) == null
        ? new Partial(segment)
        : new BackupHistory(segment, Names.hex(m.group(5)));
  }

  /** A complete WAL segment: {@code 000000010000000A000000FF}. */
  record Segment(TimelineId timeline, long logFile, long segmentOfLogFile) implements WalFileName {
    public Segment {
      // 4096 segments of 1 MiB fill a log file; a larger segment size allows fewer
      if (logFile < 0 || logFile > 0xFFFFFFFFL || segmentOfLogFile < 0 || segmentOfLogFile > 4095) {
        throw new IllegalArgumentException(
            "no WAL segment has log file " + logFile + " and segment " + segmentOfLogFile);
      }
    }

    /**
     * The segment of this name in a cluster of this segment size.
     *
     * @throws IllegalArgumentException if no cluster of this size has a segment of this name
     */
    public WalSegment segment(WalSegmentSize size) {
      if (segmentOfLogFile >= size.segmentsPerLogFile()) {
        throw new IllegalArgumentException(
            this + " is no WAL segment of " + size + ": the last eight digits are too large");
      }
      return new WalSegment(timeline, logFile * size.segmentsPerLogFile() + segmentOfLogFile, size);
    }

    @Override
    public String toString() {
      return timeline.hex() + Names.hex(logFile) + Names.hex(segmentOfLogFile);
    }
  }

  /** A segment that was not complete when its timeline ended: {@code ….partial}. */
  record Partial(Segment segment) implements WalFileName {
    @Override
    public TimelineId timeline() {
      return segment.timeline();
    }

    @Override
    public String toString() {
      return segment + ".partial";
    }
  }

  /** A timeline history file: {@code 00000002.history}. Timeline 1 has none. */
  record History(TimelineId timeline) implements WalFileName {
    @Override
    public String toString() {
      return timeline.hex() + ".history";
    }
  }

  /** A backup history file: {@code 000000010000000000000002.00000028.backup}. */
  record BackupHistory(Segment segment, long offset) implements WalFileName {
    public BackupHistory {
      if (offset < 0 || offset > 0xFFFFFFFFL) {
        throw new IllegalArgumentException("no offset in a WAL segment: " + offset);
      }
    }

    @Override
    public TimelineId timeline() {
      return segment.timeline();
    }

    @Override
    public String toString() {
      return segment + "." + Names.hex(offset) + ".backup";
    }
  }
}

/** The grammar of the names. */
final class Names {
  static final Pattern PATTERN =
      Pattern.compile(
          "([0-9A-F]{8})(?:\\.history|([0-9A-F]{8})([0-9A-F]{8})"
              + "(\\.partial|\\.([0-9A-F]{8})\\.backup)?)");

  private Names() {}

  static long hex(String digits) {
    return Long.parseLong(digits, 16);
  }

  static String hex(long value) {
    return HexFormat.of().withUpperCase().toHexDigits(value, 8);
  }

  static IllegalArgumentException notOne(String name) {
    return new IllegalArgumentException(
        "not the name of a file PostgreSQL archives: \"" + name + '"');
  }
}
