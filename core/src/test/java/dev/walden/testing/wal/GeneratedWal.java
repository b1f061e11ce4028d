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
 * record after the last one. PostgreSQL's programs can read it, and its servers replay it. No
 * record changes a page of a table.
 *
 * <p>The caller chooses times and transaction IDs, in any order. Transaction IDs have 32 bits, or
 * 64 with the epoch in the upper half. A server can replay those on the same page of {@code
 * pg_xact} as its own, up to the next multiple of 32768.
 *
 * <p>All of it stays in memory, but zeros take almost none: neither those of {@link #filler} nor
 * those that {@link #switchSegment} skips. For use by one thread.
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
   * Continues after pages.
   *
   * @param parent the timeline that this one branched off, or null
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

  /** The same, from another segment on, as after {@code pg_resetwal}. */
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
   * Continues where the WAL of a real server ends.
   *
   * @param control that server's {@code pg_control}, with its latest checkpoint
   * @param wal that server's WAL, from the checkpoint's redo position to its end
   * @param history the history of the checkpoint's timeline
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

  /** Prepares a transaction whose end will have these parts. */
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

  /** Creates the file of a table or index, as a transaction does that creates or rewrites one. */
  public GeneratedRecord createFile(long xid, RelFileLocator file) {
    return append(records.createFile(xid, file));
  }

  /** Drops a database; the transaction's commit must follow. */
  public GeneratedRecord dropDatabase(long xid, long database, List<Long> tablespaces) {
    return append(records.dropDatabase(xid, database, tablespaces));
  }

  /** {@code pg_create_restore_point}. */
  public GeneratedRecord restorePoint(String name, Instant time) {
    return restorePoint(name.getBytes(StandardCharsets.UTF_8), time);
  }

  /** The same, with a name in any encoding: that of the database where it was created. */
  public GeneratedRecord restorePoint(byte[] name, Instant time) {
    return append(XlogRecords.restorePoint(name, time));
  }

  /** A logical message outside of any transaction. */
  public GeneratedRecord message(String prefix, byte[] content) {
    return append(XlogRecords.message(prefix, content, 0));
  }

  /** A logical message with {@code bytes} zeros, up to 1020 MiB: a record of any size. */
  public GeneratedRecord filler(int bytes) {
    return append(XlogRecords.message("filler", new byte[0], bytes));
  }

  /**
   * A record without effect that ends exactly at {@code end}, so that the next one starts there.
   *
   * @throws IllegalArgumentException if no record can end there
   */
  public GeneratedRecord fillTo(Lsn end) {
    return append(XlogRecords.noop(PageSpace.between(pages.nextStart(), end, cluster)));
  }

  /** Changes settings that WAL records; later records use them. */
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
   * @return its redo position, where recovery begins
   */
  public Lsn beginCheckpoint() {
    Lsn redo = pages.nextStart();
    if (state.version().compareTo(PgVersion.PG_17) >= 0) {
      append(records.checkpointRedo());
    }
    append(records.runningTransactions());
    return redo;
  }

  /** Writes the record of a checkpoint begun before. */
  public GeneratedRecord completeCheckpoint(Lsn redo, Instant time) {
    return append(records.checkpoint(false, redo, timeline(), timeline(), time));
  }

  /** A shutdown checkpoint; {@link #fork} writes the one that begins a timeline. */
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
   * {@code pg_switch_wal}: leaves the rest of the segment unused. Does nothing at the start of a
   * segment.
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
   * Begins a base backup like a server: with a new segment and a checkpoint. Its WAL continues
   * until {@link GeneratedBackup#end}.
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

  /** Describes a timeline that branches off this one, by default after the last record. */
  public Fork fork() {
    return new Fork(this);
  }

  private GeneratedRecord append(RecordDraft draft) {
    return pages.append(draft);
  }

  /** Appends a record that changes the state in later ones. */
  private GeneratedRecord change(RecordDraft draft) {
    GeneratedRecord record = append(draft);
    states.put(record.lsn(), state.copy());
    return record;
  }

  /** The state for records after this one, as if it were the last. */
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

  /** The timeline's history. */
  public TimelineHistory history() {
    return history;
  }

  /** The end of the last record, or of the segment that a switch ended. */
  public Lsn end() {
    return pages.position();
  }

  /** The last record; on a timeline without records, the last one before it. */
  public GeneratedRecord lastRecord() {
    return new GeneratedRecord(timeline(), pages.previous(), end());
  }

  GeneratedPages pages() {
    return pages;
  }

  ClusterState state() {
    return state;
  }

  /** The complete segments of this timeline, in order. */
  public List<WalSegment> completeSegments() {
    return files.complete();
  }

  /** The segment in which the last record ends, if it is not full. */
  public Optional<WalSegment> openSegment() {
    return files.open();
  }

  /** The current content of a segment, of this timeline or an ancestor. */
  @Override
  public Optional<InputStream> open(WalSegment segment) {
    if (segment.timeline().equals(timeline())) {
      return files.find(segment).map(GeneratedSegment::open);
    }
    return parent == null ? Optional.empty() : parent.open(segment);
  }

  /**
   * Archives what a server would have archived: the history and the complete segments of this
   * timeline, but nothing of its ancestors. May be called again when there are more segments.
   */
  public void archiveInto(ArchiveStore archive) throws IOException {
    archiveInto(archive, segment -> true);
  }

  /** The same, but only with the {@code wanted} segments: the others are lost. */
  public void archiveInto(ArchiveStore archive, Predicate<WalSegment> wanted) throws IOException {
    files.archiveInto(archive, wanted);
  }

  /** Archives the incomplete segment as {@code .partial}, as a promotion does. */
  public void archivePartialInto(ArchiveStore archive) throws IOException {
    files.archivePartialInto(archive);
  }

  /**
   * Writes the files of this timeline to a folder, as in {@code pg_wal}: including the incomplete
   * segment, with zeros after the last record. Overwrites files with the same names.
   */
  public void writeInto(Path folder) throws IOException {
    files.writeInto(folder);
  }

  @Override
  public String toString() {
    return "generated WAL of timeline " + timeline() + " up to " + end();
  }
}
