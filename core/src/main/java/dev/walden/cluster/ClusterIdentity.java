package dev.walden.cluster;

import dev.walden.ArchiveException;
import dev.walden.json.JsonObject;
import dev.walden.wal.WalSegmentSize;

/**
 * What the WAL and backups of one cluster have in common. A dump and restore, or {@code
 * pg_upgrade}, creates another cluster; promotion does not.
 */
public record ClusterIdentity(
    SystemIdentifier systemIdentifier, WalSegmentSize segmentSize, PgVersion version) {

  /** The form used in an archive's JSON documents. */
  public JsonObject toJson() {
    return JsonObject.create()
        .with("systemIdentifier", systemIdentifier.toString())
        .with("segmentSize", segmentSize.bytes())
        .with("postgresql", version.major());
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws ArchiveException if a member is missing or wrong, or the version is not supported
   */
  public static ClusterIdentity fromJson(JsonObject json) throws ArchiveException {
    return new ClusterIdentity(
        json.value("systemIdentifier", SystemIdentifier::parse),
        json.number("segmentSize", bytes -> new WalSegmentSize(Math.toIntExact(bytes))),
        PgVersion.ofMajor((int) Math.min(json.number("postgresql"), Integer.MAX_VALUE)));
  }
}
