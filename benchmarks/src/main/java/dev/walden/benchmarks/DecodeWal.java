package dev.walden.benchmarks;

import dev.walden.wal.WalSegment;
import dev.walden.wal.record.WalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads all records of segments and counts them and their bytes by resource manager. */
public final class DecodeWal {
  private DecodeWal() {}

  /** Arguments: a folder, the first and the last segment, and where to write the result. */
  public static void main(String[] arguments) throws IOException {
    WalSegment first = OutlineWal.segment(arguments[1]);
    WalSegment last = OutlineWal.segment(arguments[2]);
    long[] counts = new long[256];
    long[] lengths = new long[256];
    try (WalReader reader =
        WalReader.builder(
                s ->
                    s.compareTo(last) > 0
                        ? Optional.empty()
                        : Optional.of(Files.newInputStream(Path.of(arguments[0], s.toString()))),
                first.size())
            .from(first.start())
            .build()) {
      while (reader.next()) {
        int manager = reader.record().resourceManagerId();
        counts[manager]++;
        lengths[manager] += reader.record().totalLength();
      }
    }
    long records = 0;
    for (long count : counts) {
      records += count;
    }
    Files.writeString(Path.of(arguments[3]), Long.toString(records));
  }
}
