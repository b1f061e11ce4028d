package dev.walden.wal.record;

import dev.walden.UnsupportedFormatException;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds where valid WAL ends in one segment. Padding follows: zeros, or old content of a recycled
 * file. Two copies of a segment that agree up to there are the same WAL.
 *
 * <p>As strict as {@link WalReader}, except that of a record that began in an earlier segment only
 * the length is checked.
 */
public final class ValidWalEnd {
  private ValidWalEnd() {}

  /**
   * Reads a segment up to where valid WAL ends.
   *
   * @param in the segment's bytes, from the first on; left open
   * @return the offset after the last valid record; the segment's size if a record continues in the
   *     next one; empty if nothing in it is known to be valid
   */
  public static OptionalLong find(InputStream in, WalSegment segment) throws IOException {
    WalSource only =
        wanted -> wanted.equals(segment) ? Optional.of(new LeftOpen(in)) : Optional.empty();
    try (WalReader reader =
        WalReader.builder(only, segment.size())
            .timeline(segment.timeline())
            .from(segment.start())
            .build()) {
      while (reader.next()) {
        Lsn end = reader.record().bytesEnd();
        if (!end.equals(reader.record().endLsn())) {
          return OptionalLong.of(end.minus(segment.start()));
        }
      }
      WalEnd end = reader.end().orElseThrow();
      if (end.reason() == WalEnd.Reason.MISSING_SEGMENT) {
        return OptionalLong.of(segment.size().bytes());
      }
      long offset = end.lsn().minus(segment.start());
      return offset > WalPageHeader.LONG ? OptionalLong.of(offset) : OptionalLong.empty();
    } catch (UnsupportedFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The same for a file. */
  public static OptionalLong find(Path file, WalSegment segment) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return find(in, segment);
    }
  }

  private static final class LeftOpen extends FilterInputStream {
    LeftOpen(InputStream in) {
      super(in);
    }

    @Override
    public void close() {
      // the caller closes it
    }
  }
}
