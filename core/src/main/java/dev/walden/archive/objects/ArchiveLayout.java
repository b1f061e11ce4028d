package dev.walden.archive.objects;

import dev.walden.backup.BackupId;
import dev.walden.backup.WalRange;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;

/** The names of an archive's objects; {@code docs/archive-format.md} specifies them. */
public final class ArchiveLayout {
  /** The end of the name of the digest that lies beside an object without a checksum of its own. */
  public static final String DIGEST_SUFFIX = ".sha256";

  static final String OUTLINE_SUFFIX = ".json";
  static final String SEGMENTS_SUFFIX = ".segments.json";
  static final String CONDENSED_SUFFIX = ".condensed.json";

  private final String root;

  public ArchiveLayout(SystemIdentifier system) {
    root = system + "/";
  }

  public static String archiveJson(SystemIdentifier system) {
    return system + "/archive.json";
  }

  public String wal() {
    return root + "wal/";
  }

  public String wal(TimelineId timeline) {
    return wal() + timeline.hex() + "/";
  }

  /** Without the suffixes of codecs. */
  public String walFile(WalFileName name) {
    if (name instanceof WalFileName.History) {
      return wal() + name;
    }
    return wal(name.timeline()) + name.toString().substring(0, 16) + "/" + name;
  }

  /** What the names of all pieces of a segment begin with, and those of some other objects. */
  public String tail(WalSegment segment) {
    return walFile(segment.fileName()) + ".";
  }

  /** The name of a segment's piece, by the piece's file name; without the suffixes of codecs. */
  public String tailPiece(WalSegment segment, String file) {
    return wal(segment.timeline()) + file.substring(0, 16) + "/" + file;
  }

  public String index(TimelineId timeline) {
    return root + "index/" + timeline.hex() + "/";
  }

  /** The outline of one segment. Without the suffixes of codecs, like all of the index. */
  public String segmentOutline(WalSegment segment) {
    String file = segment.toString();
    return index(segment.timeline()) + file.substring(0, 16) + "/" + file + OUTLINE_SUFFIX;
  }

  /** The outlines of the segments that share the first sixteen digits of their names. */
  public String segmentOutlines(WalSegment segment) {
    return index(segment.timeline()) + segment.toString().substring(0, 16) + SEGMENTS_SUFFIX;
  }

  /** The same as one outline. */
  public String condensedOutline(WalSegment segment) {
    return index(segment.timeline()) + segment.toString().substring(0, 16) + CONDENSED_SUFFIX;
  }

  public String gaps() {
    return root + "gap/";
  }

  public String gap(WalRange range) {
    return gaps()
        + range.timeline().hex()
        + String.format("/%016X-%016X.json", range.start().value(), range.end().value());
  }

  public String backups() {
    return root + "backup/";
  }

  String backup(BackupId id) {
    return backups() + id + "/";
  }

  public String backupJson(BackupId id) {
    return backup(id) + "backup.json";
  }

  public String backupObject(BackupId id, String name) {
    return backup(id) + name;
  }

  /** What stands after the last slash. */
  public static String fileName(String objectName) {
    return objectName.substring(objectName.lastIndexOf('/') + 1);
  }
}
