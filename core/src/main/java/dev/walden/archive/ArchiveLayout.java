package dev.walden.archive;

import dev.walden.backup.BackupId;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;

/** The names of an archive's objects; {@code docs/archive-format.md} specifies them. */
final class ArchiveLayout {
  /** The end of the name of the digest that lies beside an object without a checksum of its own. */
  static final String DIGEST_SUFFIX = ".sha256";

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
