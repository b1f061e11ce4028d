package dev.walden.archive;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.UnencryptedObjectException;
import dev.walden.WrongKeyException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.CopiedBeginning;
import dev.walden.archive.objects.EncodedPut;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.RestartableOutput;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.codec.Claim;
import dev.walden.codec.Codec;
import dev.walden.codec.Compression;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.codec.Encryption;
import dev.walden.codec.Provenance;
import dev.walden.codec.TrustedWriters;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ReplicatedStorage;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.CopyReading;
import dev.walden.storage.reading.PagedListing;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.ValidWalEnd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Storing and reading WAL files under the rules of the archive's format. */
final class WalFileStore {
  private static final int FIRST_PAGE = 8192;
  private static final int PAGE = 100;

  private final Storage storage;
  private final PlainObjects plain;
  private final ArchiveSettings settings;
  private final ArchiveLayout layout;
  private final WalFileCheck check;
  private final ConflictAdvice advice;

  WalFileStore(
      Storage storage,
      ArchiveSettings settings,
      ArchiveLayout layout,
      WalFileCheck check,
      ConflictAdvice advice) {
    this.storage = storage;
    this.plain = new PlainObjects(storage, settings.signer(), settings.keys().writers());
    this.settings = settings;
    this.layout = layout;
    this.check = check;
    this.advice = advice;
  }

  void check(WalFileName name, byte[] beginning) throws ArchiveException {
    check.content(name, beginning);
  }

  /** Checks what is about to be archived for the first time. */
  interface Admission {
    void check() throws IOException;
  }

  PushOutcome push(WalFileName name, ObjectSource source, Admission admission) throws IOException {
    check.length(name, source.length());
    check.content(name, beginning(name, source));
    Codec codec = codec(name);
    String objectName = layout.walFile(name) + codec.suffix();
    Optional<StoredObject> existing =
        admitted(name, variants(name, CopyReading.reachable(storage))).stream().findFirst();
    if (existing.isEmpty()) {
      admission.check();
    }
    if (existing.isEmpty() && create(objectName, source, codec) == PutOutcome.CREATED) {
      // of two writers with different codecs at least one sees here what the other one stored
      for (StoredObject variant : admitted(name, variants(name, CopyReading.reachable(storage)))) {
        if (!variant.name().equals(objectName)) {
          requireSame(name, variant.name(), source);
        }
      }
      return PushOutcome.ARCHIVED;
    }
    String present = existing.map(StoredObject::name).orElse(objectName);
    requireSame(name, present, source);
    storage.makeDurable(present);
    // with the digest of the stored copy, whose padding may differ from the one offered now
    plain.complete(present);
    return PushOutcome.ALREADY_ARCHIVED;
  }

  PutOutcome create(String objectName, ObjectSource source, Codec codec) throws IOException {
    if (PlainObjects.isPlain(objectName)) {
      return plain.put(objectName, source);
    }
    boolean encrypted = !codec.encryption().equals(Encryption.none());
    Optional<Provenance> provenance =
        encrypted ? Optional.of(provenance(objectName, source)) : Optional.empty();
    return new EncodedPut(storage, codec, settings.temporaryDirectory())
        .put(objectName, source, provenance);
  }

  private Provenance provenance(String objectName, ObjectSource source) throws IOException {
    byte[] sha256 = Sha256Companion.sha256(source);
    return Provenance.of(Claim.of(objectName, sha256), settings.signer());
  }

  /** Histories stay readable without a key: recovery by hand begins with them. */
  private Codec codec(WalFileName name) {
    return name instanceof WalFileName.History
        ? new Codec(Compression.NONE, Encryption.none())
        : settings.codec();
  }

  private byte[] beginning(WalFileName name, ObjectSource source) throws IOException {
    try (InputStream in = source.open()) {
      return in.readNBytes(isText(name) ? (int) source.length() : FIRST_PAGE);
    }
  }

  private static boolean isText(WalFileName name) {
    return name instanceof WalFileName.History || name instanceof WalFileName.BackupHistory;
  }

  private void requireSame(WalFileName name, String objectName, ObjectSource source)
      throws IOException {
    Optional<byte[]> digest = digest(name, objectName);
    boolean same =
        digest.isPresent()
            ? Arrays.equals(digest.get(), Sha256Companion.sha256(source))
                || sameWalIfReadable(name, objectName, source)
            : sameWal(name, objectName, source);
    if (!same) {
      throw new ArchiveConflictException(
          objectName
              + " in "
              + storage
              + " holds other content than the "
              + name
              + " offered now; nothing was overwritten. Do two servers archive here, or was a copy of this"
              + " one received from?"
              + advice(name));
    }
  }

  private String advice(WalFileName name) throws IOException {
    Optional<WalSegment> segment =
        name instanceof WalFileName.Segment ? check.segment(name) : Optional.empty();
    return segment.isPresent() ? " " + advice.text(segment.get()) : "";
  }

  /** The digest of a file's plain bytes, where the header of its object tells it without a key. */
  Optional<byte[]> digest(WalFileName name, String objectName) throws IOException {
    if (!Decoder.isEncrypted(objectName)) {
      return Optional.empty();
    }
    try (InputStream stored = storage.open(objectName)) {
      return Decoder.plainSha256(objectName, stored, writers(name));
    }
  }

  private boolean sameWalIfReadable(WalFileName name, String objectName, ObjectSource source)
      throws IOException {
    try {
      return sameWal(name, objectName, source);
    } catch (WrongKeyException e) {
      // a host that only archives has no key, and the digests differ
      return false;
    }
  }

  /** Whether all bytes are the same, or those of a segment up to where valid WAL ends in both. */
  private boolean sameWal(WalFileName name, String objectName, ObjectSource source)
      throws IOException {
    long difference;
    try (InputStream archived = openSound(name, objectName);
        InputStream offered = source.open()) {
      difference = firstDifference(archived, offered);
    }
    Optional<WalSegment> segment = check.segment(name);
    if (difference < 0 || segment.isEmpty()) {
      return difference < 0;
    }
    try (InputStream archived = openSound(name, objectName);
        InputStream offered = source.open()) {
      return isBefore(ValidWalEnd.find(archived, segment.get()), difference)
          && isBefore(ValidWalEnd.find(offered, segment.get()), difference);
    }
  }

  private static boolean isBefore(OptionalLong validEnd, long difference) {
    return validEnd.isPresent() && validEnd.getAsLong() <= difference;
  }

  /** The offset of the first byte that differs, or -1. */
  private static long firstDifference(InputStream a, InputStream b) throws IOException {
    byte[] left = new byte[1 << 16];
    byte[] right = new byte[1 << 16];
    for (long offset = 0; ; offset += left.length) {
      int n = a.readNBytes(left, 0, left.length);
      int m = b.readNBytes(right, 0, right.length);
      int mismatch = Arrays.mismatch(left, 0, n, right, 0, m);
      if (mismatch >= 0) {
        return offset + mismatch;
      }
      if (n < left.length) {
        return -1;
      }
    }
  }

  /** Opens a stored file to compare it; one whose digest is missing is taken as it is. */
  InputStream openSound(WalFileName name, String objectName) throws IOException {
    return CopyReading.open(
        objectName,
        storage,
        copy ->
            plain.in(copy).isComplete(objectName)
                ? openVerified(copy, name, objectName)
                : decode(name, objectName, copy.open(objectName)),
        Decoder.provesAsItReads(objectName, writers(name)));
  }

  private InputStream openVerified(Storage copy, WalFileName name, String objectName)
      throws IOException {
    PlainObjects objects = plain.in(copy).signedBy(writers(name));
    if (name instanceof WalFileName.History history) {
      return new HistoryReading(objects, settings).open(history, objectName);
    }
    return decode(name, objectName, objects.open(objectName));
  }

  private InputStream decode(WalFileName name, String objectName, InputStream stored)
      throws IOException {
    DecryptionKeys keys = settings.keys().trusting(writers(name));
    return Decoder.decode(objectName, stored, keys, check.maxLength(name));
  }

  /** Who must have signed a file; of a history more depends on what it says. */
  private TrustedWriters writers(WalFileName name) throws CorruptFileException {
    Optional<WalSegment> segment = check.segment(name);
    return segment.isPresent() ? settings.writers(segment.get().end()) : settings.keys().writers();
  }

  /** Opens a segment; empty if there is none, or only one that was never acknowledged. */
  Optional<InputStream> open(WalSegment segment) throws IOException {
    Optional<StoredObject> found = find(segment.fileName());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String name = found.get().name();
    if (!PlainObjects.isPlain(name)) {
      return Optional.of(openSound(segment.fileName(), name));
    }
    if (!plain.isComplete(name)) {
      return Optional.empty();
    }
    return Optional.of(
        CopyReading.open(
            name,
            storage,
            copy ->
                plain
                    .in(copy)
                    .signedBy(settings.writers(segment.end()))
                    .open(name, segment.size().bytes()),
            false));
  }

  /** Copies a file's plain bytes to {@code target}, and throws unless they are proven right. */
  void fetch(WalFileName name, RestartableOutput target) throws IOException {
    StoredObject object =
        find(name).orElseThrow(() -> new NotArchivedException(name + " is not in " + storage));
    CopyReading.read(
        object.name(),
        storage,
        copy -> {
          fetch(copy, object, name, target.restart());
          return object;
        });
  }

  private void fetch(Storage copy, StoredObject object, WalFileName name, OutputStream target)
      throws IOException {
    CopiedBeginning summary = new CopiedBeginning(FIRST_PAGE);
    // the end is reached only if all digests and checksums are right
    try (InputStream in = openVerified(copy, name, object.name())) {
      summary.copy(in, target, isText(name) ? WalFileCheck.MAX_TEXT_LENGTH : FIRST_PAGE);
    }
    try {
      check.length(name, summary.length());
      check.content(name, summary.beginning());
    } catch (CorruptFileException e) {
      throw new CorruptFileException(
          object.name(), e.offset(), "holds no such file: " + e.getMessage(), e);
    }
  }

  /** The history of a timeline; timeline 1 has an empty one that no archive holds. */
  TimelineHistory history(TimelineId timeline) throws IOException {
    if (timeline.equals(TimelineId.FIRST)) {
      return TimelineHistory.first();
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    fetch(
        new WalFileName.History(timeline),
        () -> {
          content.reset();
          return content;
        });
    return TimelineHistory.parse(timeline, content.toByteArray());
  }

  /**
   * Makes a file that is archived as durable as a push does.
   *
   * @throws NotArchivedException if it is not there, or was never acknowledged
   */
  void makeDurable(WalFileName name) throws IOException {
    StoredObject object =
        find(name).orElseThrow(() -> new NotArchivedException(name + " is not in " + storage));
    plain.makeDurable(object.name());
  }

  /** Whether a file is archived, and acknowledged: without its digest a plain object is not. */
  boolean contains(WalFileName name) throws IOException {
    Optional<StoredObject> object = find(name);
    return object.isPresent() && plain.isComplete(object.get().name());
  }

  /** The stored object of a file that counts, if a reachable copy has it: else nobody can tell. */
  Optional<StoredObject> reachable(WalFileName name) throws IOException {
    for (StoredObject object : admitted(name, variants(name, CopyReading.reachable(storage)))) {
      if (plain.isComplete(object.name())) {
        return Optional.of(object);
      }
    }
    return Optional.empty();
  }

  /**
   * The stored object of a file under whatever codecs, if there is one.
   *
   * @throws StorageUnavailableException if nobody can tell
   * @throws UnencryptedObjectException if there is only one that must be encrypted and is not
   */
  Optional<StoredObject> find(WalFileName name) throws IOException {
    List<StoredObject> found = variants(name, CopyReading.reachable(storage));
    if (admitted(name, found).isEmpty() && storage instanceof ReplicatedStorage) {
      // only a complete listing proves absence
      found = variants(name, storage::list);
    }
    Optional<StoredObject> admitted = admitted(name, found).stream().findFirst();
    if (admitted.isEmpty() && !found.isEmpty()) {
      throw new UnencryptedObjectException(found.get(0).name(), storage.toString());
    }
    return admitted;
  }

  /** Without WAL that must be encrypted and is not. */
  private List<StoredObject> admitted(WalFileName name, List<StoredObject> variants)
      throws CorruptFileException {
    Optional<Lsn> end = check.segment(name).map(WalSegment::end);
    return variants.stream()
        .filter(variant -> end.isEmpty() || settings.admits(variant.name(), end.get()))
        .toList();
  }

  /** One object for each codec under which the file was stored. */
  private List<StoredObject> variants(WalFileName name, PagedListing.Pages pages)
      throws IOException {
    String plainName = layout.walFile(name);
    List<StoredObject> variants = new ArrayList<>();
    PagedListing listing = new PagedListing(pages, plainName, PAGE);
    for (var next = listing.next(); next.isPresent(); next = listing.next()) {
      String object = next.get().name();
      if (object.startsWith(plainName + ".") && object.compareTo(plainName + ".G") < 0) {
        // a piece: its name continues with a digit, and all suffixes sort after those
        listing.skipTo(plainName + ".G");
      } else if (!PlainObjects.isDigest(object) && Decoder.plainName(object).equals(plainName)) {
        variants.add(next.get());
      }
    }
    return variants;
  }
}
