package dev.walden.archive;

import dev.walden.ArchiveException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.PieceStore.Stored;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalTail;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes pieces that are left over, and completes segments of which all pieces are there. */
record TailTidying(ArchiveStore archive, PieceStore objects) {
  private static final Logger LOG = LoggerFactory.getLogger(TailTidying.class);

  void run(WalInventory inventory) throws IOException {
    for (WalTail tail : inventory.tails()) {
      boolean whole = inventory.contains(tail.segment());
      try {
        if (whole || tail.isComplete()) {
          tidy(tail.segment(), whole);
        }
      } catch (StorageUnavailableException e) {
        throw e;
      } catch (ArchiveException e) {
        LOG.warn("the pieces of {} stay: {}", tail.segment(), e.getMessage());
      }
    }
  }

  private void tidy(WalSegment segment, boolean whole) throws IOException {
    byte[] bytes;
    try (InputStream in = archive.open(segment).orElse(InputStream.nullInputStream())) {
      bytes = in.readAllBytes();
    }
    if (bytes.length != segment.size().bytes()) {
      return;
    }
    if (whole) {
      archive.makeDurable(segment.fileName());
    } else {
      archive.push(segment.fileName(), ObjectSource.of(bytes));
      LOG.info("{} is archived whole, from its pieces", segment);
    }
    for (Stored stored : objects.list(segment)) {
      TailWriter.removeIfHeld(objects, stored, bytes);
    }
  }
}
