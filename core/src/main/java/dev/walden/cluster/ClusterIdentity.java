package dev.walden.cluster;

import dev.walden.ArchiveException;
import dev.walden.json.JsonObject;
import dev.walden.wal.WalSegmentSize;

/**
 * What WAL and backups of one cluster must agree on. A dump and restore, or {@code pg_upgrade},
 * makes another cluster; promotion does not.
 */
public record ClusterIdentity(
    SystemIdentifier systemIdentifier, WalSegmentSize segmentSize, PgVersion version) {

  /** As it stands in an archive's JSON documents. */
  public JsonObject toJson() {
    return JsonObject.create()
        .with("systemIdentifier", systemIdentifier.toString())
        .with("segmentSize", segmentSize.bytes())
        .with("postgresql", version.major());
  }

  /**
   * Reads what {@link #toJson} made.
   *
   * @throws ArchiveException if a member is missing, wrong, or of a version not supported
   */
  public static ClusterIdentity fromJson(JsonObject json) throws ArchiveException {
    return new ClusterIdentity(
        json.value("systemIdentifier", SystemIdentifier::parse),
        json.number("segmentSize", bytes -> new WalSegmentSize(Math.toIntExact(bytes))),
        PgVersion.ofMajor((int) Math.min(json.number("postgresql"), Integer.MAX_VALUE)));
  }
}
