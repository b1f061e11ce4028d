package dev.walden.server.backup;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupWalWaitTest {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(1), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17);

  private final ArchiveStore archive;

  BackupWalWaitTest() throws IOException {
    archive = ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), CLUSTER);
  }

  private void archive(long timeline, long number) throws IOException {
    WalSegment segment = new WalSegment(new TimelineId(timeline), number, CLUSTER.segmentSize());
    ByteBuffer page =
        ByteBuffer.allocate(CLUSTER.segmentSize().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    page.putShort((short) CLUSTER.version().walMagic()).putShort((short) 2);
    page.putInt((int) timeline).putLong(segment.start().value()).putLong(0);
    page.putLong(CLUSTER.systemIdentifier().value());
    page.putInt(CLUSTER.segmentSize().bytes()).putInt(WalPageHeader.PAGE_SIZE);
    archive.push(segment.fileName(), ObjectSource.of(page.array()));
  }

  private static WalRange range(long timeline, String start, String end) {
    return new WalRange(new TimelineId(timeline), Lsn.parse(start), Lsn.parse(end));
  }

  private void await(WalRange... ranges) throws Exception {
    new BackupWalWait(archive, Duration.ofMillis(1)).await(List.of(ranges));
  }

  @Test
  void theSegmentOfATimelineSwitchIsNeededOnTheNewTimelineOnly() throws Exception {
    archive.push(
        WalFileName.parse("00000002.history"),
        ObjectSource.of("1\t0/5123450\tno reason\n".getBytes(StandardCharsets.US_ASCII)));
    archive(1, 0x4f);
    archive(1, 0x50);
    archive(2, 0x52);
    // as the manifest lists them: the newest first
    WalRange newer = range(2, "0/5123450", "0/5200100");
    WalRange older = range(1, "0/4F00028", "0/5123450");
    assertThrows(NotArchivedException.class, () -> await(newer, older));
    archive(2, 0x51);
    await(newer, older);
    // a switch at a boundary shares no segment
    await(range(2, "0/5100000", "0/5200000"), range(1, "0/4F00028", "0/5100000"));
    assertThrows(NotArchivedException.class, () -> await(range(1, "0/4F00028", "0/5123450")));
  }
}
