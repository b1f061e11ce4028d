package dev.walden.archive;

import dev.walden.backup.BackupId;
import dev.walden.backup.WalRange;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;

/** The names of an archive's objects; {@code docs/archive-format.md} specifies them. */
final class ArchiveLayout {
  /** The end of the name of the digest that lies beside an object without a checksum of its own. */
  static final String DIGEST_SUFFIX = ".sha256";

  static final String OUTLINE_SUFFIX = ".json";
  static final String SEGMENTS_SUFFIX = ".segments.json";
  static final String CONDENSED_SUFFIX = ".condensed.json";

  private final String root;

  ArchiveLayout(SystemIdentifier system) {
    root = system + "/";
  }

  static String archiveJson(SystemIdentifier system) {
    return system + "/archive.json";
  }

  String wal() {
    return root + "wal/";
  }

  String wal(TimelineId timeline) {
    return wal() + timeline.hex() + "/";
  }

  /** Without the suffixes of codecs. */
  String walFile(WalFileName name) {
    if (name instanceof WalFileName.History) {
      return wal() + name;
    }
    return wal(name.timeline()) + name.toString().substring(0, 16) + "/" + name;
  }

  /** What the names of all pieces of a segment begin with, and those of some other objects. */
  String tail(WalSegment segment) {
    return walFile(segment.fileName()) + ".";
  }

  /** Without the suffixes of codecs. */
  String tailPiece(TailPiece piece) {
    String file = piece.toString();
    return wal(piece.segment().timeline()) + file.substring(0, 16) + "/" + file;
  }

  String index(TimelineId timeline) {
    return root + "index/" + timeline.hex() + "/";
  }

  /** The outline of one segment. Without the suffixes of codecs, like all of the index. */
  String segmentOutline(WalSegment segment) {
    String file = segment.toString();
    return index(segment.timeline()) + file.substring(0, 16) + "/" + file + OUTLINE_SUFFIX;
  }

  /** The outlines of the segments that share the first sixteen digits of their names. */
  String segmentOutlines(WalSegment segment) {
    return index(segment.timeline()) + segment.toString().substring(0, 16) + SEGMENTS_SUFFIX;
  }

  /** The same as one outline. */
  String condensedOutline(WalSegment segment) {
    return index(segment.timeline()) + segment.toString().substring(0, 16) + CONDENSED_SUFFIX;
  }

  String gaps() {
    return root + "gap/";
  }

  String gap(WalRange range) {
    return gaps()
        + range.timeline().hex()
        + String.format("/%016X-%016X.json", range.start().value(), range.end().value());
  }

  String backups() {
    return root + "backup/";
  }

  String backup(BackupId id) {
    return backups() + id + "/";
  }

  String backupJson(BackupId id) {
    return backup(id) + "backup.json";
  }

  String backupObject(BackupId id, String name) {
    return backup(id) + name;
  }

  /** What stands after the last slash. */
  static String fileName(String objectName) {
    return objectName.substring(objectName.lastIndexOf('/') + 1);
  }
}
