package dev.walden.archive;

import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some bytes of a segment that may not be whole yet.
 *
 * @param from the offset in the segment of the first byte
 * @param to the offset after the last
 * @param run 48 random bits, as hexadecimal digits, that identify the writer
 */
record TailPiece(WalSegment segment, int from, int to, String run) {
  private static final Pattern NAME =
      Pattern.compile("([0-9A-F]{24})\\.([0-9A-F]{8})-([0-9A-F]{8})-([0-9a-f]{12})\\.tail");

  TailPiece {
    if (from < 0 || to <= from || to > segment.size().bytes()) {
      throw new IllegalArgumentException(segment + " has no bytes from " + from + " to " + to);
    }
  }

  /** The piece of this file name, without suffixes; empty if it names none of this segment size. */
  static Optional<TailPiece> parse(String name, WalSegmentSize size) {
    Matcher m = NAME.matcher(name);
    if (!m.matches()) {
      return Optional.empty();
    }
    try {
      WalFileName.Segment segment = (WalFileName.Segment) WalFileName.parse(m.group(1));
      return Optional.of(
          new TailPiece(segment.segment(size), hex(m.group(2)), hex(m.group(3)), m.group(4)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static int hex(String digits) {
    return Integer.parseInt(digits, 16);
  }

  int length() {
    return to - from;
  }

  /** The name of its file. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s.%08X-%08X-%s.tail", segment, from, to, run);
  }
}
