package dev.walden.server.backup;

import dev.walden.WrongClusterException;
import dev.walden.archive.NewBackup;
import dev.walden.archive.repacking.BackupRepacking;
import dev.walden.archive.repacking.LeftOut;
import dev.walden.archive.repacking.RepackedBackup;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.protocol.BackupArchive;
import dev.walden.server.protocol.BackupEnd;
import dev.walden.server.protocol.BackupStream;
import dev.walden.server.protocol.BackupTablespace;
import dev.walden.server.protocol.BaseBackupOptions;
import dev.walden.server.protocol.IdentifySystemResult;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.wal.Lsn;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One base backup, from the first command to {@code backup.json}. */
final class BackupRun implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(BackupRun.class);
  private static final Duration SERVER_TIME_LIMIT = Duration.ofSeconds(30);

  private final BaseBackupTaker taker;
  private final BaseBackupTaker.Settings settings;
  private final WalsenderConnection server;
  private final NewBackup backup;
  private final BackupRepacking repacking;
  private final BackupMeter meter;

  BackupRun(BaseBackupTaker taker) throws IOException {
    this.taker = taker;
    this.settings = taker.settings;
    this.meter = new BackupMeter(settings.progress);
    this.backup = taker.archive.newBackup(settings.clock.instant(), settings.partDigest);
    this.server = WalsenderConnection.open(taker.server.within(settings.timeout));
    try {
      this.repacking =
          new BackupRepacking(
              backup, settings.checksums, settings.partSize, settings.threads, meter::add);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  BaseBackup take() throws IOException, InterruptedException {
    ClusterIdentity cluster = server.identity();
    if (!cluster.equals(taker.archive.cluster())) {
      throw new WrongClusterException(
          taker.server + " is " + cluster + "; the archive is bound to " + taker.archive.cluster());
    }
    Instant startTime = serverTime();
    meter.phase(BackupProgress.Phase.CHECKPOINT);
    ServerWarnings warnings = new ServerWarnings();
    LeftOut leftOut = new LeftOut(settings.leftOutParts, "the backup of " + taker.server);
    BackupStream stream = server.baseBackup(options(), warnings::take);
    LOG.info("backup {} starts at {}", backup.id(), stream.startLsn());
    meter.copying(estimate(stream));
    for (Optional<BackupArchive> next = stream.nextArchive();
        next.isPresent();
        next = stream.nextArchive()) {
      leftOut.said(warnings.leftOut());
      copy(next.get());
    }
    RepackedBackup repacked = repacking.finish(stream.manifest(), Set.of(), Set.of());
    BackupEnd end = stream.end();
    leftOut.said(warnings.leftOut());
    leftOut.missing(repacked.arrived(), true);
    Instant endTime = serverTime();
    meter.phase(BackupProgress.Phase.AWAITING_WAL);
    new BackupWalWait(taker.archive, settings.walTimeout).await(repacked.wal());
    leftOut.incompleteDatabases(repacked, taker.archive);
    BaseBackup complete =
        new BaseBackup(
            backup.id(),
            cluster,
            stream.startLsn(),
            stream.startTimeline(),
            repacked.label().checkpointLocation(),
            end.endLsn(),
            end.endTimeline(),
            startTime,
            endTime,
            stream.tablespaces().stream().map(BackupTablespace::oid).toList(),
            repacked.parts(),
            repacked.manifest(),
            repacked.files(),
            leftOut.warnings(warnings.kept(), warnings.more()));
    backup.commit(complete);
    meter.phase(BackupProgress.Phase.COMPLETE);
    LOG.info("backup {} is complete, consistent at {}", backup.id(), end.endLsn());
    return complete;
  }

  private BaseBackupOptions options() {
    BaseBackupOptions defaults = BaseBackupOptions.labelled(settings.label);
    return new BaseBackupOptions(
        settings.label,
        settings.fastCheckpoint,
        defaults.progress(),
        settings.checksums.name(),
        settings.maxRateKilobytes,
        defaults.checkpointLimit(),
        settings.timeout);
  }

  private static OptionalLong estimate(BackupStream stream) {
    if (stream.estimatedKilobytes().isEmpty()) {
      return OptionalLong.empty();
    }
    long kilobytes = stream.estimatedKilobytes().getAsLong();
    for (BackupTablespace tablespace : stream.tablespaces()) {
      kilobytes += tablespace.estimatedKilobytes().orElse(0);
    }
    return OptionalLong.of(kilobytes * 1024);
  }

  /**
   * The server's clock. Only a WAL stream shows it over this protocol, so one is started and
   * stopped at the server's current position: without a slot, older WAL may be gone.
   */
  private Instant serverTime() throws IOException {
    IdentifySystemResult system = server.identifySystem();
    Lsn flushed = system.position();
    ReplicationStream stream =
        server.startReplication(Optional.empty(), flushed, system.timeline());
    stream.sendStatus(flushed, Lsn.ZERO, Lsn.ZERO, true);
    long start = System.nanoTime();
    while (true) {
      switch (stream.next()) {
        case DATA, KEEPALIVE -> {
          Instant time = stream.serverTime();
          stream.stop();
          return time;
        }
        case IDLE -> {
          checkInterrupted();
          if (System.nanoTime() - start > SERVER_TIME_LIMIT.toNanos()) {
            throw new ServerUnavailableException(
                taker.server + " does not answer a standby status update", "08006", null);
          }
        }
        default ->
            throw new ServerUnavailableException(
                taker.server + " was promoted or shut down during the backup", "57P01", null);
      }
    }
  }

  private void copy(BackupArchive archive) throws IOException {
    String prefix = archive.tablespaceOid().map(oid -> "pg_tblspc/" + oid + "/").orElse("");
    String name = archive.tablespaceOid().map(oid -> oid + ".tar").orElse("base.tar");
    TarReader tar = new TarReader(name, archive.content());
    for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
      TarMember member = next.get().at(prefix + next.get().path());
      if (member.kind() == TarMember.Kind.FILE) {
        repacking.addFile(member, tar.content(), name);
      } else {
        repacking.addDirectory(member);
      }
    }
  }

  private static void checkInterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("the backup was interrupted");
    }
  }

  /** Removes what was written unless the backup is complete. */
  @Override
  public void close() throws IOException {
    server.close();
    try (backup) {
      repacking.close();
    }
  }
}
