package dev.walden.archive;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.WrongClusterException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Whether a file that is to be archived, or was read from an archive, is what its name says. */
final class WalFileCheck {
  /** Enough for any history or backup history file. */
  static final int MAX_TEXT_LENGTH = 1 << 20;

  private final ClusterIdentity cluster;

  WalFileCheck(ClusterIdentity cluster) {
    this.cluster = cluster;
  }

  /** The length a file of this name must have, or at most have. */
  long maxLength(WalFileName name) throws CorruptFileException {
    return segment(name).isPresent() ? cluster.segmentSize().bytes() : MAX_TEXT_LENGTH;
  }

  /** Checks a file's length. */
  void length(WalFileName name, long length) throws ArchiveException {
    if (segment(name).isPresent() && length != cluster.segmentSize().bytes()) {
      throw new CorruptFileException(
          name.toString(),
          "is "
              + length
              + " bytes long; a WAL segment of this cluster has "
              + cluster.segmentSize().bytes());
    }
    if (length == 0 || length > maxLength(name)) {
      throw new CorruptFileException(
          name.toString(), "is " + length + " bytes long; expected 1 to " + maxLength(name));
    }
  }

  /**
   * Checks a file's beginning.
   *
   * @param start all bytes of a text file, at least the first page of a segment
   */
  void content(WalFileName name, byte[] start) throws ArchiveException {
    Optional<WalSegment> segment = segment(name);
    if (segment.isPresent()) {
      firstPage(name.toString(), segment.get(), start);
    } else if (name instanceof WalFileName.History history) {
      TimelineHistory.parse(history.timeline(), start);
    } else if (name instanceof WalFileName.BackupHistory history) {
      backupHistory(history, start);
    }
  }

  /**
   * The segment that a file is, whole or partial.
   *
   * @throws CorruptFileException if this cluster has no segment of such a name
   */
  Optional<WalSegment> segment(WalFileName name) throws CorruptFileException {
    WalFileName.Segment segment;
    if (name instanceof WalFileName.Segment whole) {
      segment = whole;
    } else if (name instanceof WalFileName.Partial partial) {
      segment = partial.segment();
    } else {
      return Optional.empty();
    }
    try {
      return Optional.of(segment.segment(cluster.segmentSize()));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          name.toString(), CorruptFileException.NO_OFFSET, e.getMessage(), e);
    }
  }

  private void firstPage(String file, WalSegment segment, byte[] page) throws ArchiveException {
    WalPageHeader header = WalPageHeader.parse(file, 0, ByteBuffer.wrap(page));
    if (!header.isLong()) {
      throw new CorruptFileException(file, 2, "the first page has no long header");
    }
    PgVersion version = PgVersion.ofWalMagic(header.magic());
    SystemIdentifier system = new SystemIdentifier(header.systemIdentifier());
    if (!system.equals(cluster.systemIdentifier())) {
      throw new WrongClusterException(
          file
              + " belongs to the cluster with system identifier "
              + system
              + "; this archive is bound to "
              + cluster.systemIdentifier());
    }
    if (version != cluster.version() || header.segmentSize() != cluster.segmentSize().bytes()) {
      throw new WrongClusterException(
          file
              + " was written by PostgreSQL "
              + version.major()
              + " in segments of "
              + header.segmentSize()
              + " bytes; this archive is bound to PostgreSQL "
              + cluster.version().major()
              + " and segments of "
              + cluster.segmentSize().bytes());
    }
    if (!header.pageAddress().equals(segment.start())) {
      throw new CorruptFileException(
          file,
          8,
          "begins at "
              + header.pageAddress()
              + "; its name says "
              + segment.start()
              + " (a recycled segment that was never written?)");
    }
    // the first segment of a timeline begins with its parent's pages
    if (header.timeline().compareTo(segment.timeline()) > 0) {
      throw new CorruptFileException(
          file,
          4,
          "its first page is of timeline "
              + header.timeline()
              + "; its name says "
              + segment.timeline());
    }
  }

  private void backupHistory(WalFileName.BackupHistory name, byte[] content)
      throws ArchiveException {
    String text = new String(content, StandardCharsets.UTF_8);
    String first = text.lines().findFirst().orElse("");
    if (!first.startsWith("START WAL LOCATION: ") || !first.endsWith(")")) {
      throw new CorruptFileException(
          name.toString(), 0, "is no backup history file: it begins \"" + clip(first) + '"');
    }
    // a backup that a timeline switch interrupted is named after the timeline it ended on
    String segment = name.segment().toString().substring(8);
    if (!first.endsWith(segment + ")")) {
      throw new CorruptFileException(
          name.toString(), 0, "is the history of another backup: \"" + clip(first) + '"');
    }
  }

  private static String clip(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
