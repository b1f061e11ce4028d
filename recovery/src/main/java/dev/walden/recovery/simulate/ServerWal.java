package dev.walden.recovery.simulate;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalEnd.Reason;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** WAL as a recovering server reads it, with the files that it opens for that. */
final class ServerWal {
  private final Delivered delivered;
  private final WalSource source;
  private final SegmentRequests segments;
  private Optional<WalEnd> end = Optional.empty();

  ServerWal(Delivered delivered, WalSource source, SegmentRequests segments) {
    this.delivered = delivered;
    this.source = source;
    this.segments = segments;
  }

  /** Describes a reader of files that the server opens. */
  WalReader.Builder reading() {
    return anyFile().timelines(segments::open);
  }

  /** Describes a reader whose files nobody counts. */
  WalReader.Builder anyFile() {
    ClusterIdentity cluster = delivered.wal().cluster();
    return WalReader.builder(this::open, cluster.segmentSize()).cluster(cluster.systemIdentifier());
  }

  private Optional<InputStream> open(WalSegment segment) throws IOException {
    return delivered.has(segment) ? source.open(segment) : Optional.empty();
  }

  /** Goes on in the WAL as the server does; false if it sees no more. */
  boolean advance(WalReader reader) throws IOException {
    if (reader.next()) {
      segments.goOn();
      return true;
    }
    WalEnd found = reader.end().orElseThrow();
    end = Optional.of(found);
    if (found.reason() != Reason.END_REACHED && found.reason() != Reason.MISSING_SEGMENT) {
      segments.forgetProbe();
    }
    segments.close();
    return false;
  }

  /** Why the server saw no more WAL; empty if it has not come so far. */
  Optional<WalEnd> end() {
    return end;
  }
}
