package dev.walden.testing.wal;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalSource;
import dev.walden.wal.record.XlogBody;
import java.io.IOException;
import java.io.InputStream;

/** A server's WAL, read to its end, to continue it. */
final class ServerWal {
  private final ControlFile control;
  private final WalSource source;
  private Lsn previous = Lsn.ZERO;
  private ClusterState state;

  ServerWal(ControlFile control, WalSource source) {
    this.control = control;
    this.source = source;
  }

  GeneratedWal continued(TimelineHistory history) throws IOException {
    ClusterIdentity cluster = control.identity();
    Lsn end = read();
    if (state == null) {
      throw new IllegalArgumentException(
          "the WAL ends at " + end + ", before the checkpoint " + control.checkpoint().location());
    }
    TimelineId timeline = control.checkpoint().timeline();
    int offset = cluster.segmentSize().offset(end);
    GeneratedPages pages =
        offset == 0
            ? new GeneratedPages(cluster, timeline, end, previous)
            : new GeneratedPages(
                cluster,
                beginning(WalSegment.containing(timeline, end, cluster.segmentSize()), offset),
                end,
                previous);
    return new GeneratedWal(cluster, history, null, pages, state);
  }

  private Lsn read() throws IOException {
    try (WalReader reader =
        WalReader.builder(source, control.segmentSize())
            .timeline(control.checkpoint().timeline())
            .from(control.checkpoint().redo())
            .build()) {
      while (reader.next()) {
        previous = reader.record().lsn();
        if (reader.record().body().orElse(null) instanceof XlogBody.Checkpoint) {
          byte[] body = new byte[ClusterState.CHECKPOINT];
          reader.record().mainData().get(body);
          state = new ClusterState(control.version(), body, control.settings());
        } else if (state != null && reader.record().xid() != 0) {
          state.used(reader.record().xid());
        }
      }
      return reader.end().orElseThrow().lsn();
    }
  }

  private GeneratedSegment beginning(WalSegment segment, int offset) throws IOException {
    GeneratedSegment copy = new GeneratedSegment(segment);
    try (InputStream in = source.open(segment).orElseThrow()) {
      for (int at = 0; at < offset; at += WalPageHeader.PAGE_SIZE) {
        byte[] page = in.readNBytes(Math.min(WalPageHeader.PAGE_SIZE, offset - at));
        copy.put(at, page, 0, page.length);
      }
    }
    return copy;
  }
}
