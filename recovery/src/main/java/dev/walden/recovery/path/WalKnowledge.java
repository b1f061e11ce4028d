package dev.walden.recovery.path;

import dev.walden.archive.WalIndex;
import dev.walden.archive.inventory.WalPath;
import dev.walden.recovery.ArchiveContents;
import dev.walden.wal.Lsn;
import dev.walden.wal.record.WalSource;
import java.io.IOException;

/** How a planner looks into the WAL. */
public record WalKnowledge(WalIndex index, WalSource source) {

  /** The WAL along a way from a position on; see {@link PathWal}. */
  public PathWal wal(WalPath path, Lsn from, ArchiveContents contents) throws IOException {
    return new PathWal(path, from, contents.cluster(), index, source);
  }
}
