package dev.walden.server.receive;

import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.ValidWalEnd;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands over what an earlier receiver left in the spool. For one thread. */
final class SpoolRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolRecovery.class);

  private final SegmentPool pool;
  private final FlushLedger ledger;
  private final Set<WalFileName> handedOver = new HashSet<>();

  SpoolRecovery(SegmentPool pool, FlushLedger ledger) {
    this.pool = pool;
    this.ledger = ledger;
  }

  /** Hands over the complete segments. */
  void handOverComplete() throws IOException {
    for (OpenSegment segment : pool.openComplete()) {
      ledger.completed(segment, Optional.empty());
    }
  }

  /**
   * Hands over the beginnings of segments that no stream will complete any more. Until such a file
   * is archived and gone, nobody else may open it.
   *
   * @param current where the next stream begins
   */
  void handOverBeginnings(WalSegment current) throws IOException {
    for (OpenSegment segment : pool.diverged()) {
      ledger.partial(segment);
    }
    for (OpenSegment segment : pool.leftovers()) {
      boolean mayCome =
          segment.segment().timeline().compareTo(current.timeline()) >= 0
              && segment.segment().number() >= current.number();
      if (mayCome || segment.length() == 0 || !handedOver.add(segment.segment().fileName())) {
        segment.close();
      } else if (!holdsWal(segment)) {
        LOG.warn("{} in the spool holds no valid WAL, and is left there", segment.segment());
        segment.close();
      } else {
        ledger.partial(segment);
      }
    }
  }

  /** A crash may have left anything of what was not forced. */
  private static boolean holdsWal(OpenSegment segment) throws IOException {
    try (InputStream in = segment.padded().open()) {
      return ValidWalEnd.find(in, segment.segment()).isPresent();
    }
  }
}
