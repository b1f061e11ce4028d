package dev.walden.recovery;

import dev.walden.archive.WalIndex;
import dev.walden.archive.WalPath;
import dev.walden.wal.Lsn;
import dev.walden.wal.record.WalSource;
import java.io.IOException;

/** How a planner looks into the WAL. */
record WalKnowledge(WalIndex index, WalSource source) {

  /** The WAL along a way from a position on; see {@link PathWal}. */
  PathWal wal(WalPath path, Lsn from, ArchiveContents contents) throws IOException {
    return new PathWal(path, from, contents.cluster(), index, source);
  }
}
