package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalTail;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.SampleSegments;
import dev.walden.wal.record.WalWorkload;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanedSpoolIT {
  private static final int HALF = WalWorkload.SIZE.bytes() / 2;

  @TempDir Path directory;
  private final SampleSegments wal = SampleSegments.take();
  private final WalSegment first = wal.segment(wal.start());
  private final WalSegment second = first.next();

  private ArchiveStore archive() throws Exception {
    WalPageHeader page = WalPageHeader.parse("sample", 0, ByteBuffer.wrap(bytes(first)));
    return ArchiveStore.openOrCreate(
        new InMemoryStorage(),
        ArchiveSettings.defaults(),
        new ClusterIdentity(
            new SystemIdentifier(page.systemIdentifier()),
            WalWorkload.SIZE,
            PgVersion.ofWalMagic(page.magic())));
  }

  private byte[] bytes(WalSegment segment) {
    return wal.bytesAt(segment.start()).clone();
  }

  private void spool(String name, byte[] bytes) throws Exception {
    Files.write(directory.resolve(name), bytes);
  }

  private byte[] fetch(ArchiveStore archive, WalFileName name) throws Exception {
    Path target = directory.resolveSibling("fetched");
    archive.fetch(name, target);
    return Files.readAllBytes(target);
  }

  @Test
  void aFullSegmentIsArchivedWholeIfItsLastRecordIsComplete() throws Exception {
    spool(first + ".partial", bytes(first));
    spool(second + ".partial", Arrays.copyOf(bytes(second), HALF));
    try (ArchiveStore archive = archive()) {
      new OrphanedSpool(archive, directory).push();
      new OrphanedSpool(archive, directory).push();
      assertArrayEquals(bytes(first), fetch(archive, first.fileName()));
      assertFalse(archive.contains(second.fileName()));
      Lsn end = end(archive, second);
      assertTrue(end.isAfter(second.start().plus(HALF - 20_000)), end::toString);
      assertFalse(end.isAfter(second.start().plus(HALF)), end::toString);
    }
  }

  @Test
  void damageEndsWhatIsArchived() throws Exception {
    byte[] damaged = bytes(first);
    damaged[damaged.length - 1] ^= 1;
    spool(first + ".partial", damaged);
    spool(second + ".partial", Arrays.copyOf(bytes(second), HALF));
    try (ArchiveStore archive = archive()) {
      new OrphanedSpool(archive, directory).push();
      assertFalse(archive.contains(first.fileName()));
      assertTrue(end(archive, first).isBefore(first.end()));
      assertEquals(1, archive.inventory().tails().size());
    }
  }

  @Test
  void whatWasSetAsideIsArchivedAsAPartialSegment() throws Exception {
    spool(first + ".diverged-1", Arrays.copyOf(bytes(first), HALF));
    spool(second + ".diverged-1", new byte[HALF]);
    try (ArchiveStore archive = archive()) {
      new OrphanedSpool(archive, directory).push();
      WalFileName.Partial partial = new WalFileName.Partial(first.fileName());
      assertEquals(List.of(partial), archive.inventory().partials());
      assertArrayEquals(
          Arrays.copyOf(Arrays.copyOf(bytes(first), HALF), 2 * HALF), fetch(archive, partial));
    }
  }

  private static Lsn end(ArchiveStore archive, WalSegment segment) throws Exception {
    return archive.inventory().tails().stream()
        .filter(tail -> tail.segment().equals(segment))
        .map(WalTail::end)
        .findFirst()
        .orElseThrow();
  }
}
