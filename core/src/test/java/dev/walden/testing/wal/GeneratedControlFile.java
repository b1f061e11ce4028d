package dev.walden.testing.wal;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * A {@code pg_control} of a cluster in production.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h}.
 */
final class GeneratedControlFile {
  private static final long FIRST_UNLOGGED = 1000;
  private static final int NONCE = 32;

  private GeneratedControlFile() {}

  static byte[] bytes(
      ClusterIdentity cluster, Lsn location, byte[] checkpoint, Settings settings, Instant time) {
    PgVersion version = cluster.version();
    Body body = new Body().i64(cluster.systemIdentifier().value());
    body.u32(version.controlVersion()).u32(version.catalogVersion());
    body.u32(ControlFile.State.IN_PRODUCTION.ordinal()).to(24).seconds(time);
    body.lsn(location).bytes(checkpoint).i64(FIRST_UNLOGGED).to(172);
    settings(body, settings);
    // build-time sizes of servers: of pages, files, names, indexes and large values
    body.to(204).u32(8).real(1234567.0).u32(8192).u32(131072).u32(WalPageHeader.PAGE_SIZE);
    body.u32(cluster.segmentSize().bytes()).u32(64).u32(32).u32(1996).u32(2048);
    body.flag(true).to(256);
    if (version == PgVersion.PG_18) {
      body.flag(true).zeros(NONCE).to(292);
    } else {
      body.zeros(NONCE);
    }
    CRC32C crc = new CRC32C();
    crc.update(body.toBytes());
    return body.u32(crc.getValue()).to(ControlFile.SIZE).toBytes();
  }

  private static void settings(Body body, Settings s) {
    body.u32(s.walLevel().ordinal()).flag(s.walLogHints()).to(180);
    body.u32(s.maxConnections()).u32(s.maxWorkerProcesses()).u32(s.maxWalSenders());
    body.u32(s.maxPreparedTransactions()).u32(s.maxLocksPerTransaction());
    body.flag(s.trackCommitTimestamp());
  }
}
