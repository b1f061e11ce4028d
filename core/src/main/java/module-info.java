/**
 * PostgreSQL's WAL and backup values, codecs, the archive of a cluster, and streaming from a
 * server. Exported is what programs use; the rest may change at any time.
 */
module dev.walden.core {
  // what PgJDBC needs: as an automatic module it cannot say so
  requires java.desktop;
  requires java.management;
  requires java.naming;
  requires java.security.jgss;
  requires java.sql;
  requires org.postgresql.jdbc;
  requires com.fasterxml.jackson.core;
  requires com.github.luben.zstd_jni;
  requires org.apache.commons.compress;
  requires org.bouncycastle.provider;
  requires org.slf4j;
  requires static micrometer.core;
  requires static org.jspecify;

  exports dev.walden;
  exports dev.walden.archive;
  exports dev.walden.archive.inventory;
  exports dev.walden.backup;
  exports dev.walden.cluster;
  exports dev.walden.codec;
  exports dev.walden.importing;
  exports dev.walden.json;
  exports dev.walden.metrics;
  exports dev.walden.server;
  exports dev.walden.server.backup;
  exports dev.walden.server.inspect;
  exports dev.walden.server.receive;
  exports dev.walden.storage;
  exports dev.walden.storage.copies;
  exports dev.walden.wal;
  exports dev.walden.wal.index;
  exports dev.walden.wal.record;

  // Walden's own modules
  exports dev.walden.errors to
      dev.walden.archive.s3,
      dev.walden.recovery;
  exports dev.walden.files to
      dev.walden.archive.fs,
      dev.walden.recovery;

  // PgJDBC makes its socket factories by name
  exports dev.walden.server.protocol to
      org.postgresql.jdbc;
}
