package dev.walden.benchmarks;

import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.index.WalOutliner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes and joins the outlines of segments, as an index does. */
public final class OutlineWal {
  private OutlineWal() {}

  /** Arguments: a folder, the first and the last segment, and where to write the result. */
  public static void main(String[] arguments) throws IOException {
    WalSegment last = segment(arguments[2]);
    WalOutline all = null;
    for (WalSegment next = segment(arguments[1]); next.compareTo(last) <= 0; next = next.next()) {
      try (InputStream in = Files.newInputStream(Path.of(arguments[0], next.toString()))) {
        WalOutline outline = WalOutliner.outline(next, in).condensed();
        all = all == null ? outline : all.followedBy(outline).orElseThrow().condensed();
      }
    }
    Files.writeString(Path.of(arguments[3]), Long.toString(all.recordCount()));
  }

  static WalSegment segment(String name) {
    return ((WalFileName.Segment) WalFileName.parse(name)).segment(WalSegmentSize.DEFAULT);
  }
}
