package dev.walden.archive;

import dev.walden.UntrustedObjectException;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.SmallObjects;
import dev.walden.codec.TrustedWriters;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalFileName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Opens histories. One that nobody signed is taken only of a timeline that began before histories
 * were signed.
 */
record HistoryReading(PlainObjects plain, ArchiveSettings settings) {

  /**
   * Opens a verified history.
   *
   * @throws UntrustedObjectException if it must be signed and is not
   */
  InputStream open(WalFileName.History name, String objectName) throws IOException {
    try {
      return read(plain, objectName);
    } catch (UntrustedObjectException e) {
      if (settings.signedFrom().isEmpty()) {
        throw e;
      }
      InputStream unsigned = read(plain.signedBy(TrustedWriters.anybody()), objectName);
      TimelineHistory history = TimelineHistory.parse(name.timeline(), unsigned.readAllBytes());
      if (settings.writers(beginning(history)).demandSignatures()) {
        throw e;
      }
      unsigned.reset();
      return unsigned;
    }
  }

  private static InputStream read(PlainObjects objects, String objectName) throws IOException {
    return new ByteArrayInputStream(
        SmallObjects.read(objects, objectName, TimelineHistory.MAX_CONTENT));
  }

  private static Lsn beginning(TimelineHistory history) {
    List<TimelineHistory.Ancestor> ancestors = history.ancestors();
    return ancestors.get(ancestors.size() - 1).switchPoint();
  }
}
