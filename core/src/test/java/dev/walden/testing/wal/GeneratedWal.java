package dev.walden.testing.wal;

import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RelFileLocator;
import dev.walden.wal.record.TransactionBody.Outcome;
import dev.walden.wal.record.WalSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * WAL of one timeline as a server of the cluster's version would have written it: each call adds a
 * record behind the last one. PostgreSQL's programs read it, and its servers replay it. No record
 * changes a page of a table.
 *
 * <p>Times and transaction IDs are the caller's and need no order. Transaction IDs are of 32 bits,
 * or of 64 with the epoch in the upper half. A server that is to replay them has room for those on
 * the same page of its {@code pg_xact} as its own, up to the next multiple of 32768.
 *
 * <p>All of it stays in memory, but zeros take next to none: neither what {@link #filler} writes
 * nor what {@link #switchSegment} skips. For one thread.
 */
public final class GeneratedWal implements WalSource {
  private final ClusterIdentity cluster;
  private final TimelineHistory history;
  private final GeneratedWal parent;
  private final GeneratedPages pages;
  private final TimelineFiles files;
  private final ClusterState state;
  private final NavigableMap<Lsn, ClusterState> states = new TreeMap<>();
  private final TransactionRecords transactions;
  private final XlogRecords records;

  /**
   * Goes on behind pages.
   *
   * @param parent the timeline that this one left, or null
   */
  GeneratedWal(
      ClusterIdentity cluster,
      TimelineHistory history,
      GeneratedWal parent,
      GeneratedPages pages,
      ClusterState state) {
    this.cluster = cluster;
    this.history = history;
    this.parent = parent;
    this.pages = pages;
    this.files = new TimelineFiles(history, pages);
    this.state = state;
    this.transactions = new TransactionRecords(state);
    this.records = new XlogRecords(state);
    states.put(Lsn.ZERO, state.copy());
  }

  /** The WAL of a new cluster: timeline 1, from segment 1 on, with a shutdown checkpoint. */
  public static GeneratedWal begin(ClusterIdentity cluster, Instant time) {
    return begin(cluster, time, 1);
  }

  /** The same from another segment on, as after {@code pg_resetwal}. */
  public static GeneratedWal begin(ClusterIdentity cluster, Instant time, long segment) {
    Lsn start = new WalSegment(TimelineId.FIRST, segment, cluster.segmentSize()).start();
    GeneratedWal wal =
        new GeneratedWal(
            cluster,
            TimelineHistory.first(),
            null,
            new GeneratedPages(cluster, TimelineId.FIRST, start, Lsn.ZERO),
            ClusterState.initial(cluster.version()));
    wal.shutdownCheckpoint(time);
    return wal;
  }

  /**
   * Goes on where the WAL of a real server ends.
   *
   * @param control of that server, with its latest checkpoint
   * @param wal from that checkpoint's redo position to its end
   * @param history of the timeline of that checkpoint
   * @throws IOException if the WAL cannot be read
   * @throws IllegalArgumentException if it does not begin with that checkpoint
   */
  public static GeneratedWal continuing(ControlFile control, WalSource wal, TimelineHistory history)
      throws IOException {
    return new ServerWal(control, wal).continued(history);
  }

  /** Commits a transaction. */
  public GeneratedRecord commit(long xid, Instant time) {
    return commit(xid, time, TransactionParts.none());
  }

  public GeneratedRecord commit(long xid, Instant time, TransactionParts parts) {
    return append(transactions.end(Outcome.COMMIT, xid, time, parts));
  }

  /** Rolls back a transaction, or a subtransaction alone. */
  public GeneratedRecord abort(long xid, Instant time) {
    return abort(xid, time, TransactionParts.none());
  }

  public GeneratedRecord abort(long xid, Instant time, TransactionParts parts) {
    return append(transactions.end(Outcome.ABORT, xid, time, parts));
  }

  /** {@code PREPARE TRANSACTION}. */
  public GeneratedRecord prepare(long xid, String gid, Instant time) {
    return prepare(xid, gid, time, TransactionParts.none());
  }

  /** Prepares a transaction; its end will have these parts. */
  public GeneratedRecord prepare(long xid, String gid, Instant time, TransactionParts parts) {
    return change(transactions.prepare(xid, gid, time, parts));
  }

  /**
   * {@code COMMIT PREPARED}.
   *
   * @throws IllegalStateException if the transaction is not prepared
   */
  public GeneratedRecord commitPrepared(long xid, Instant time) {
    return change(transactions.endPrepared(Outcome.COMMIT_PREPARED, xid, time));
  }

  /**
   * {@code ROLLBACK PREPARED}.
   *
   * @throws IllegalStateException if the transaction is not prepared
   */
  public GeneratedRecord abortPrepared(long xid, Instant time) {
    return change(transactions.endPrepared(Outcome.ABORT_PREPARED, xid, time));
  }

  /** Makes the file of a table or index, as a transaction does that creates or rewrites one. */
  public GeneratedRecord createFile(long xid, RelFileLocator file) {
    return append(records.createFile(xid, file));
  }

  /** Drops a database; the transaction's commit is to follow. */
  public GeneratedRecord dropDatabase(long xid, long database, List<Long> tablespaces) {
    return append(records.dropDatabase(xid, database, tablespaces));
  }

  /** {@code pg_create_restore_point}. */
  public GeneratedRecord restorePoint(String name, Instant time) {
    return restorePoint(name.getBytes(StandardCharsets.UTF_8), time);
  }

  /** The same with a name in any encoding, that of the database it was made in. */
  public GeneratedRecord restorePoint(byte[] name, Instant time) {
    return append(XlogRecords.restorePoint(name, time));
  }

  /** A logical message outside of any transaction. */
  public GeneratedRecord message(String prefix, byte[] content) {
    return append(XlogRecords.message(prefix, content, 0));
  }

  /** A logical message with so many bytes of zeros, up to 1020 MiB: a record of any size. */
  public GeneratedRecord filler(int bytes) {
    return append(XlogRecords.message("filler", new byte[0], bytes));
  }

  /**
   * A record without effect that ends exactly at {@code end}, to bring the next one to a place of
   * interest.
   *
   * @throws IllegalArgumentException if no record can end there
   */
  public GeneratedRecord fillTo(Lsn end) {
    return append(XlogRecords.noop(PageSpace.between(pages.nextStart(), end, cluster)));
  }

  /** Settings change that WAL tells; later records follow them. */
  public GeneratedRecord parameterChange(ControlFile.Settings settings) {
    state.settings(settings);
    return change(records.parameterChange());
  }

  /** An online checkpoint, with nothing between its beginning and its end. */
  public GeneratedRecord checkpoint(Instant time) {
    return completeCheckpoint(beginCheckpoint(), time);
  }

  /**
   * Begins an online checkpoint.
   *
   * @return its redo position, where recovery from it will begin
   */
  public Lsn beginCheckpoint() {
    Lsn redo = pages.nextStart();
    if (state.version().compareTo(PgVersion.PG_17) >= 0) {
      append(records.checkpointRedo());
    }
    append(records.runningTransactions());
    return redo;
  }

  /** Writes the record of a checkpoint that was begun. */
  public GeneratedRecord completeCheckpoint(Lsn redo, Instant time) {
    return append(records.checkpoint(false, redo, timeline(), timeline(), time));
  }

  /** A checkpoint as at shutdown; {@link #fork} writes that which begins a timeline. */
  public GeneratedRecord shutdownCheckpoint(Instant time) {
    return shutdownCheckpoint(timeline(), time);
  }

  GeneratedRecord shutdownCheckpoint(TimelineId previous, Instant time) {
    return append(records.checkpoint(true, pages.nextStart(), timeline(), previous, time));
  }

  GeneratedRecord endOfRecovery(TimelineId previous, Instant time) {
    return append(records.endOfRecovery(timeline(), previous, time));
  }

  /**
   * {@code pg_switch_wal}: leaves the rest of the segment unused. Does nothing where a segment
   * begins.
   *
   * @return where the next segment begins
   */
  public Lsn switchSegment() {
    if (cluster.segmentSize().offset(end()) != 0) {
      pages.append(XlogRecords.switchSegment());
      pages.skipSegment();
    }
    return end();
  }

  /**
   * Begins a base backup as a server does: a new segment and a checkpoint. Its WAL goes on until
   * {@link GeneratedBackup#end}.
   */
  public GeneratedBackup startBackup(Instant time) {
    switchSegment();
    pages.inBackup(true);
    return GeneratedBackup.start(this, time);
  }

  /** A base backup during which nothing happens. */
  public GeneratedBackup backup(Instant time) {
    return startBackup(time).end(time);
  }

  GeneratedRecord endBackup(Lsn redo) {
    pages.inBackup(false);
    GeneratedRecord end = append(XlogRecords.backupEnd(redo));
    switchSegment();
    return end;
  }

  /** Describes a timeline that leaves this one, by default behind the last record. */
  public Fork fork() {
    return new Fork(this);
  }

  private GeneratedRecord append(RecordDraft draft) {
    return pages.append(draft);
  }

  /** Appends a record that changes what later ones say. */
  private GeneratedRecord change(RecordDraft draft) {
    GeneratedRecord record = append(draft);
    states.put(record.lsn(), state.copy());
    return record;
  }

  /** What the records behind this one say, had it been the last. */
  ClusterState stateAfter(GeneratedRecord record) {
    return states.floorEntry(record.lsn()).getValue().copy().after(state);
  }

  public ClusterIdentity cluster() {
    return cluster;
  }

  public TimelineId timeline() {
    return pages.timeline();
  }

  /** The next transaction ID that no record names, with the epoch in its upper 32 bits. */
  public long nextXid() {
    return state.nextXid();
  }

  /** Where the timeline comes from. */
  public TimelineHistory history() {
    return history;
  }

  /** Where the last record ends, or the segment that a switch left. */
  public Lsn end() {
    return pages.position();
  }

  /** The last record. Of a timeline without one yet, the last before it. */
  public GeneratedRecord lastRecord() {
    return new GeneratedRecord(timeline(), pages.previous(), end());
  }

  GeneratedPages pages() {
    return pages;
  }

  ClusterState state() {
    return state;
  }

  /** The segments of this timeline that nothing can be added to, in order. */
  public List<WalSegment> completeSegments() {
    return files.complete();
  }

  /** The segment that the last record ends in, if it has room. */
  public Optional<WalSegment> openSegment() {
    return files.open();
  }

  /** A segment as it is now, of this timeline or one that it descends from. */
  @Override
  public Optional<InputStream> open(WalSegment segment) {
    if (segment.timeline().equals(timeline())) {
      return files.find(segment).map(GeneratedSegment::open);
    }
    return parent == null ? Optional.empty() : parent.open(segment);
  }

  /**
   * Archives what a server would have: the history of this timeline, and its complete segments. Of
   * the timelines before it nothing. May be called again when there are more.
   */
  public void archiveInto(ArchiveStore archive) throws IOException {
    archiveInto(archive, segment -> true);
  }

  /** The same, but only the segments that are {@code wanted}: the others were lost. */
  public void archiveInto(ArchiveStore archive, Predicate<WalSegment> wanted) throws IOException {
    files.archiveInto(archive, wanted);
  }

  /** Archives the segment that is not complete as {@code .partial}, as a promotion does. */
  public void archivePartialInto(ArchiveStore archive) throws IOException {
    files.archivePartialInto(archive);
  }

  /**
   * Writes the files of this timeline into a folder, as they would lie in {@code pg_wal}: also the
   * segment that is not complete, with zeros behind the last record. Files of the same names are
   * overwritten.
   */
  public void writeInto(Path folder) throws IOException {
    files.writeInto(folder);
  }

  @Override
  public String toString() {
    return "generated WAL of timeline " + timeline() + " up to " + end();
  }
}
