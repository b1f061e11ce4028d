package dev.walden.archive;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.EncodingProof;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.backup.BackupId;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.ObjectDigest;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.storage.ObjectProof;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ReferencingStorage;
import dev.walden.storage.Storage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalOutline;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The archive of one cluster in a storage. It is bound to the cluster's system identifier, WAL
 * segment size and PostgreSQL major version when it is created, and refuses everything else with
 * {@link dev.walden.WrongClusterException}. One storage may hold archives of many clusters.
 *
 * <p>Safe for use by many threads and, through several instances, by many processes. Every method
 * may throw {@link dev.walden.StorageUnavailableException}, after which nothing is known; calling
 * it again is safe.
 */
public final class ArchiveStore implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveStore.class);

  private final Storage storage;
  private final ArchiveSettings settings;
  private final ClusterIdentity cluster;
  private final ArchiveLayout layout;
  private final WalFileCheck check;
  private final WalFileStore wal;
  private final PieceStore tails;
  private final WalListing listing;
  private final ArchivedSegments segments;
  private final GapNotes gaps;
  private final BackupStore backups;
  private final IndexStore indexObjects;
  private final IndexWriter indexWriter;
  private final ArchivedJoints joints;
  private final ArchivedComparison comparison;
  private final ConflictAdvice advice;
  private final boolean closing;

  private ArchiveStore(
      Storage storage, ArchiveSettings settings, ClusterIdentity cluster, boolean closing) {
    this.storage = storage;
    this.closing = closing;
    this.settings = settings;
    this.cluster = cluster;
    this.layout = new ArchiveLayout(cluster.systemIdentifier());
    settings.requireUsable();
    PlainObjects objects = new PlainObjects(storage, settings.signer(), settings.keys().writers());
    this.check = new WalFileCheck(cluster);
    this.advice = new ConflictAdvice(this::inventory, layout);
    this.wal = new WalFileStore(storage, settings, layout, check, advice);
    this.tails = new PieceStore(storage, settings, layout, wal);
    this.listing =
        new WalListing(storage, settings, layout, cluster, new ReadHistories(wal::history));
    this.segments =
        new ArchivedSegments(wal, new TailReader(tails, check), listing, cluster.segmentSize());
    this.gaps = new GapNotes(objects, layout, cluster.segmentSize());
    this.backups = new BackupStore(storage, settings, layout, cluster);
    this.indexObjects = new IndexStore(storage, settings, layout);
    this.indexWriter = new IndexWriter(indexObjects, layout);
    this.joints = new ArchivedJoints(wal, indexObjects, layout, advice);
    this.comparison = new ArchivedComparison(wal, tails);
  }

  /**
   * Opens the archive of a cluster, and creates it first if the storage has none.
   *
   * @throws dev.walden.WrongClusterException if there is one of the same system identifier but
   *     another segment size or major version, or if there is none, but one of another cluster
   */
  public static ArchiveStore openOrCreate(
      Storage storage, ArchiveSettings settings, ClusterIdentity cluster) throws IOException {
    ArchiveJson.bind(storage, cluster, false);
    return new ArchiveStore(storage, settings, cluster, false);
  }

  /**
   * The same where archives of other clusters may be. As soon as there are several, {@link
   * #open(Storage, ArchiveSettings)} fails, also in a {@code restore_command} that names no
   * cluster.
   *
   * @throws dev.walden.WrongClusterException if there is one of the same system identifier but
   *     another segment size or major version
   */
  public static ArchiveStore openOrCreateBesideOthers(
      Storage storage, ArchiveSettings settings, ClusterIdentity cluster) throws IOException {
    ArchiveJson.bind(storage, cluster, true);
    return new ArchiveStore(storage, settings, cluster, false);
  }

  /**
   * Opens the only archive in a storage.
   *
   * @throws NotArchivedException if there is none
   * @throws IllegalArgumentException if there are several
   */
  public static ArchiveStore open(Storage storage, ArchiveSettings settings) throws IOException {
    return open(storage, settings, ArchiveJson.only(storage));
  }

  /**
   * Opens the archive of a cluster.
   *
   * @throws NotArchivedException if there is none
   */
  public static ArchiveStore open(
      Storage storage, ArchiveSettings settings, SystemIdentifier system) throws IOException {
    return new ArchiveStore(storage, settings, ArchiveJson.read(storage, system), false);
  }

  /**
   * The same archive on a {@linkplain Storage#patient patient} view of its storage: what fails
   * because that is unavailable is tried again for so long. Closing it does nothing.
   */
  public ArchiveStore patient(Duration limit) {
    return new ArchiveStore(storage.patient(limit), settings, cluster, false);
  }

  /** The same archive; closing it also closes its storage, which nobody else may use then. */
  public ArchiveStore closingStorage() {
    return new ArchiveStore(storage, settings, cluster, true);
  }

  /**
   * Proof of the objects of archives with such settings, for {@link
   * dev.walden.storage.copies.CopiedStorage#repairComparingBytes}: by what age, zstd and gzip
   * check, the digests of plain objects, and the records of segments. Without the keys nothing that
   * is encrypted can be told.
   */
  public static ObjectProof proof(ArchiveSettings settings) {
    return new EncodingProof(settings.keys());
  }

  /** The clusters whose archives a storage holds. */
  public static List<SystemIdentifier> clusters(Storage storage) throws IOException {
    return ArchiveJson.list(storage);
  }

  /** What this archive is bound to. */
  public ClusterIdentity cluster() {
    return cluster;
  }

  /**
   * Archives a file as {@code archive_command} does. When this returns, the file is durable in the
   * storage; pushing it again is harmless.
   *
   * @throws CorruptFileException if the file is not what its name says
   * @throws dev.walden.WrongClusterException if it belongs to another cluster
   * @throws dev.walden.ArchiveConflictException if the archive holds other content under this name,
   *     or a neighbour of this segment that another server wrote
   * @throws dev.walden.WrongKeyException if the name is taken and, for want of a key, nobody can
   *     tell by what
   */
  public PushOutcome push(WalFileName name, Path file) throws IOException {
    return push(name, ObjectSource.of(file));
  }

  /** Archives a file from any source; see {@link #push(WalFileName, Path)}. */
  public PushOutcome push(WalFileName name, ObjectSource source) throws IOException {
    Optional<WalSegment> segment =
        name instanceof WalFileName.Segment ? check.segment(name) : Optional.empty();
    return segment.isPresent()
        ? push(new OfferedSegment(segment.get(), source), source)
        : wal.push(name, source, () -> {});
  }

  /**
   * Archives the segment that an outline tells of; see {@link #push(WalFileName, Path)}.
   *
   * @param outline of one segment, of exactly these bytes: it is stored as it is
   * @throws IllegalArgumentException if it is of several, or of another size than this cluster's
   */
  public PushOutcome push(WalOutline outline, ObjectSource source) throws IOException {
    WalSegment segment = outline.firstSegment();
    if (outline.segmentCount() != 1 || !segment.size().equals(cluster.segmentSize())) {
      throw new IllegalArgumentException("not of one segment of this cluster: " + outline);
    }
    return push(new OfferedSegment(outline, source), source);
  }

  private PushOutcome push(OfferedSegment offered, ObjectSource source) throws IOException {
    WalSegment segment = offered.segment();
    PushOutcome outcome = wal.push(segment.fileName(), source, () -> joints.check(offered));
    if (outcome == PushOutcome.ARCHIVED && settings.indexing()) {
      index(segment, () -> indexWriter.add(offered.required()));
    }
    joints.archived(offered);
    return outcome;
  }

  /**
   * Refuses a segment, or the beginning of one, that was written by another server than its
   * neighbours in the archive, as far as the records over their boundaries tell; {@link #push} does
   * that itself. To be called before the first piece of a {@link #tail}.
   *
   * @param beginning the segment's first bytes, or all
   * @throws dev.walden.ArchiveConflictException if so
   */
  public void requireContinuing(WalSegment segment, ObjectSource beginning) throws IOException {
    joints.check(new OfferedSegment(segment, beginning));
  }

  /**
   * Compares what the archive holds of a segment, whole or in pieces, with other bytes of it. What
   * follows a switch of the segment does not count.
   *
   * @param beginning the segment's first bytes, or all; nothing is compared after them
   * @return where it differs; empty if it does not, or no copy that is reachable holds any of it
   * @throws CorruptFileException if what it holds is damaged
   * @throws dev.walden.WrongKeyException if only a key could tell
   */
  public Optional<WalDifference> difference(WalSegment segment, ObjectSource beginning)
      throws IOException {
    return comparison.difference(segment, beginning);
  }

  /**
   * Up to where the archive has a segment in pieces, if it has any; of copies that are not
   * reachable nobody can tell.
   */
  public Optional<Lsn> endOfPieces(WalSegment segment) throws IOException {
    return tails.reachable(segment).stream()
        .map(stored -> segment.start().plus(stored.piece().to()))
        .max(Comparator.naturalOrder());
  }

  /**
   * Which objects to remove if the archive holds the WAL of a copy of its server; for messages.
   *
   * @param first the first segment that is not the server's
   */
  public String conflictAdvice(WalSegment first) throws IOException {
    return advice.text(first);
  }

  private interface Indexing {
    void run() throws IOException;
  }

  /** A failure only means that the outline must be made later: the segment is archived. */
  private static void index(WalSegment segment, Indexing indexing) {
    try {
      indexing.run();
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        // stopped on purpose
        LOG.debug("{} is archived, but not indexed", segment, e);
      } else {
        LOG.warn("{} is archived, but not indexed: {}", segment, e.toString());
      }
    }
  }

  /** Whether each segment that is pushed gets its outline into {@link #index()}. */
  public boolean isIndexing() {
    return settings.indexing();
  }

  /** What can be told of the archived WAL without reading it. */
  public WalIndex index() {
    return new WalIndex(this, indexObjects, layout);
  }

  /**
   * Checks that a file that begins so may become the WAL file {@code name}, before it is received.
   *
   * @param beginning at least the header of a segment's first page
   */
  public void check(WalFileName name, byte[] beginning) throws ArchiveException {
    wal.check(name, beginning);
  }

  /**
   * Makes a file that is in the archive as durable as {@link #push(WalFileName, Path)} does: that
   * it is there does not prove that whoever pushed it came to the end, and where there are several
   * copies, that it is in enough of them. To be called before the only other copy may be removed.
   *
   * @throws NotArchivedException if the archive does not hold it whole
   * @throws dev.walden.StorageUnavailableException if that failed
   */
  public void makeDurable(WalFileName name) throws IOException {
    wal.makeDurable(name);
  }

  /**
   * The same of all pieces that the archive holds of a segment.
   *
   * @throws NotArchivedException if there are none
   */
  public void makePiecesDurable(WalSegment segment) throws IOException {
    tails.makeDurable(segment);
  }

  /** Whether a file is in the archive, whole; it is not read. */
  public boolean contains(WalFileName name) throws IOException {
    return wal.contains(name);
  }

  /**
   * Brings a file back, as {@code restore_command} does. It is written beside {@code target},
   * verified, and moved into place: {@code target} is the right file, whole, or untouched. It is
   * not forced to disk; PostgreSQL does not need that.
   *
   * <p>A segment that was not archived whole is put together from its pieces, in memory, as far as
   * they go, followed by zeros; but not if pieces are missing while a later segment is archived.
   *
   * @throws NotArchivedException if the archive is proven not to hold it
   * @throws CorruptFileException if what it holds is damaged
   * @throws dev.walden.ArchiveConflictException if pieces of it differ
   * @throws dev.walden.WrongKeyException if none of the keys opens it
   */
  public FetchOutcome fetch(WalFileName name, Path target) throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(directory, ".walden-", ".tmp");
    try {
      FetchOutcome outcome;
      try (SeekableByteChannel file = Files.newByteChannel(temporary, StandardOpenOption.WRITE)) {
        OutputStream out = Channels.newOutputStream(file);
        outcome =
            segments.fetch(
                name,
                () -> {
                  file.truncate(0);
                  return out;
                });
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return outcome;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Opens a segment, as a {@link dev.walden.wal.record.WalSource} does. What is damaged is noticed
   * at the latest when the end is reached, so what was read before is not proven yet; a {@link
   * dev.walden.wal.record.WalReader} checks each record besides. One that is archived in pieces is
   * put together as {@link #fetch} does it.
   *
   * @return empty if the archive is proven not to hold it
   * @throws CorruptFileException if what it holds is damaged
   * @throws dev.walden.WrongKeyException if none of the keys opens it
   */
  public Optional<InputStream> open(WalSegment segment) throws IOException {
    return segments.open(segment);
  }

  /**
   * Begins to archive a segment in pieces, before it is whole. When it is, {@link #push} it and
   * then remove the pieces.
   */
  public TailWriter tail(WalSegment segment) {
    return new TailWriter(tails, segment);
  }

  /**
   * Tidies up after receivers that died: removes the pieces of whole segments, and makes whole
   * those segments of which there are all pieces. For a host that has the keys; where they are
   * missing, or something is wrong, all stays as it is, and is logged.
   */
  public void tidyTails() throws IOException {
    new TailTidying(this, tails).run(inventory());
  }

  /**
   * The history of a timeline. Timeline 1 has an empty one that no archive holds.
   *
   * @throws NotArchivedException if the archive is proven not to hold it
   */
  public TimelineHistory history(TimelineId timeline) throws IOException {
    return wal.history(timeline);
  }

  /** The histories of all timelines that have one here. No segment is listed. */
  public List<TimelineHistory> histories() throws IOException {
    return listing.histories();
  }

  /** The next later segment of the same timeline that the archive holds any of. */
  public Optional<WalSegment> nextSegment(WalSegment segment) throws IOException {
    return listing.next(segment);
  }

  /** Lists the WAL that the archive holds now. Histories are read, segments only listed. */
  public WalInventory inventory() throws IOException {
    return listing.read(gaps.list());
  }

  /**
   * Notes that WAL is missing, and why; {@link WalInventory#gaps} tells. When this returns, the
   * note is durable. One of the same stretch that is there already stays. Should the WAL be
   * archived after all, the note is void.
   *
   * @throws IllegalArgumentException if it is not of whole segments
   */
  public void recordGap(RecordedGap gap) throws IOException {
    WalSegmentSize size = cluster.segmentSize();
    WalRange range = gap.range();
    if (size.offset(range.start()) != 0
        || size.offset(range.end()) != 0
        || !range.start().isBefore(range.end())) {
      throw new IllegalArgumentException("not whole segments: " + range);
    }
    gaps.put(gap);
  }

  /** The complete base backups. No part of one is read. */
  public BackupListing backups() throws IOException {
    return backups.list();
  }

  /**
   * A base backup.
   *
   * @throws NotArchivedException if there is no complete backup of this name
   * @throws CorruptFileException if it is damaged
   * @throws dev.walden.UnencryptedObjectException if an object is unencrypted that must be
   *     encrypted
   */
  public BaseBackup backup(BackupId id) throws IOException {
    return backups.read(id);
  }

  /** Opens an object of a backup; its digest is checked when the end is reached. */
  public InputStream open(BaseBackup backup, BackupObject object) throws IOException {
    return backups.open(backup, object);
  }

  /** Begins a backup. It exists only once it is committed. */
  public NewBackup newBackup(Instant now) {
    return newBackup(now, ObjectDigest.Algorithm.SHA256);
  }

  /**
   * Begins a backup whose parts get this digest; its other objects have SHA-256 always.
   *
   * @throws IllegalArgumentException if this archive signs, and the digest can be forged
   */
  public NewBackup newBackup(Instant now, ObjectDigest.Algorithm partDigest) {
    if (settings.signer().isPresent() && partDigest != ObjectDigest.Algorithm.SHA256) {
      throw new IllegalArgumentException(
          "a signed backup needs SHA-256 of its parts: anybody can forge a " + partDigest);
    }
    BackupId id = BackupId.next(now, new SecureRandom());
    return new NewBackup(storage, settings, layout, id, partDigest);
  }

  /**
   * Whether the storage may keep references to what is imported, instead of a copy; only of what is
   * stored as it is.
   */
  public boolean keepsReferences() {
    return storage instanceof ReferencingStorage && settings.codec().suffix().isEmpty();
  }

  /** Leaves the storage open, unless this is {@link #closingStorage}: its opener closes it. */
  @Override
  public void close() throws IOException {
    if (closing) {
      storage.close();
    }
  }

  @Override
  public String toString() {
    return "archive of cluster " + cluster.systemIdentifier() + " in " + storage;
  }
}
