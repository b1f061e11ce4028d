package dev.walden.server.receive.repair;

import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.WalRange;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.WalRemovedException;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.StreamVerifier;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings whole segments from a server into the archive, one after the other, beside what a slot
 * keeps: it acknowledges nothing. Each record is checked before its segment is archived, but for
 * the one that goes on in the next segment.
 */
final class SegmentFetch implements Closeable {
  private static final int MOST_TICKS = 60;
  private static final int ROOM_LIMIT_MS = 60_000;

  private final WalsenderConnection server;
  private final ArchiveStore archive;
  private final SegmentPool space;
  private @Nullable OpenSegment open;
  private Lsn archived = Lsn.ZERO;
  private Optional<CorruptFileException> damage = Optional.empty();

  SegmentFetch(WalsenderConnection server, ArchiveStore archive) throws IOException {
    this.server = server;
    this.archive = archive;
    this.space = SegmentPool.inTemporaryFiles(archive.cluster().segmentSize(), 2);
  }

  /**
   * Fetches the segments of a range, as long as the server has them, and they are valid.
   *
   * @return up to where they are archived
   */
  Lsn run(WalRange range) throws IOException, InterruptedException {
    archived = range.start();
    damage = Optional.empty();
    StreamVerifier verifier = new StreamVerifier(archive.cluster(), segment(range));
    try {
      ReplicationStream stream =
          server.startReplication(Optional.empty(), range.start(), range.timeline());
      if (take(stream, range, verifier)) {
        stream.stop();
      }
    } catch (WalRemovedException e) {
      // what has come stays
      return archived;
    } finally {
      drop();
    }
    return archived;
  }

  /** What is wrong with the segment behind those that the last run archived. */
  Optional<CorruptFileException> damage() {
    return damage;
  }

  private WalSegment segment(WalRange range) {
    return WalSegment.containing(range.timeline(), archived, archive.cluster().segmentSize());
  }

  /** Whether the stream is to be stopped; else it has ended. */
  private boolean take(ReplicationStream stream, WalRange range, StreamVerifier verifier)
      throws IOException, InterruptedException {
    int ticks = 0;
    while (archived.isBefore(range.end())) {
      switch (stream.next()) {
        case DATA -> {
          ticks = 0;
          try {
            accept(stream.data(), range, verifier);
          } catch (CorruptFileException e) {
            damage = Optional.of(e);
            return true;
          }
        }
        case KEEPALIVE -> {
          stream.sendStatus(archived, Lsn.ZERO, Lsn.ZERO, false);
          ticks = oneMore(ticks);
        }
        case IDLE -> ticks = oneMore(ticks);
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  /** A server that has it all to send says little else meanwhile. */
  private static int oneMore(int ticks) throws ServerUnavailableException {
    if (ticks == MOST_TICKS) {
      throw new ServerUnavailableException("the server sends no more WAL", "08006", null);
    }
    return ticks + 1;
  }

  private void accept(ByteBuffer data, WalRange range, StreamVerifier verifier)
      throws IOException, InterruptedException {
    while (data.hasRemaining() && archived.isBefore(range.end())) {
      OpenSegment growing = open == null ? open(segment(range)) : open;
      open = growing;
      int count = Math.min(growing.segment().size().bytes() - growing.length(), data.remaining());
      ByteBuffer piece = data.slice(data.position(), count);
      verifier.accept(piece.duplicate());
      growing.append(piece);
      data.position(data.position() + count);
      if (growing.isComplete()) {
        archive.push(growing.segment().fileName(), growing.padded());
        archived = growing.segment().end();
        drop();
      }
    }
  }

  private OpenSegment open(WalSegment segment) throws IOException, InterruptedException {
    return space
        .open(segment, 0, ROOM_LIMIT_MS)
        .orElseThrow(() -> new IOException("no room for " + segment));
  }

  private void drop() throws IOException {
    if (open != null) {
      open.discard();
      open = null;
    }
  }

  @Override
  public void close() throws IOException {
    space.close();
  }
}
