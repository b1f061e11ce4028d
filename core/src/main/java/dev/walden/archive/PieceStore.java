package dev.walden.archive;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.UnencryptedObjectException;
import dev.walden.WrongKeyException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.codec.Codec;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.codec.TrustedWriters;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.CopyReading;
import dev.walden.storage.reading.PagedListing;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Storing and reading the pieces of segments that are not whole yet. */
final class PieceStore {
  private final Storage storage;
  private final PlainObjects plain;
  private final Codec codec;
  private final ArchiveSettings settings;
  private final ArchiveLayout layout;
  private final WalFileStore wal;

  PieceStore(Storage storage, ArchiveSettings settings, ArchiveLayout layout, WalFileStore wal) {
    this.storage = storage;
    this.plain = new PlainObjects(storage, settings.signer(), settings.keys().writers());
    this.codec = settings.codec();
    this.settings = settings;
    this.layout = layout;
    this.wal = wal;
  }

  /** A piece that was acknowledged, and the object that holds it. */
  record Stored(TailPiece piece, StoredObject object) {}

  /** The name of the object as which a piece is put here. */
  String objectName(TailPiece piece) {
    return layout.tailPiece(piece.segment(), piece.toString()) + codec.suffix();
  }

  /** Makes a piece durable. */
  void put(TailPiece piece, byte[] bytes) throws IOException {
    String name = objectName(piece);
    ObjectSource source = ObjectSource.of(bytes);
    if (wal.create(name, source, codec) == Storage.PutOutcome.EXISTS) {
      // an earlier try whose answer was lost
      if (!holds(piece, name, bytes)) {
        throw new CorruptFileException(name, "exists, and holds other bytes than were put");
      }
      plain.complete(name, source);
    }
  }

  /**
   * Whether an object holds these bytes. Its header tells a host without the key.
   *
   * @throws WrongKeyException if only a key could tell
   */
  boolean holds(TailPiece piece, String name, byte[] bytes) throws IOException {
    TrustedWriters writers = settings.writers(piece.segment().end());
    if (Decoder.isEncrypted(name)) {
      Optional<byte[]> digest;
      try (InputStream stored = storage.open(name)) {
        digest = Decoder.plainSha256(name, stored, writers);
      }
      if (digest.isPresent()) {
        return Arrays.equals(digest.get(), Sha256Companion.sha256(ObjectSource.of(bytes)));
      }
    }
    DecryptionKeys keys = settings.keys().trusting(writers);
    try (InputStream in = Decoder.decode(name, storage.open(name), keys, bytes.length)) {
      return Arrays.equals(in.readAllBytes(), bytes);
    } catch (CorruptFileException e) {
      return false;
    }
  }

  /**
   * The pieces of a segment, in the order of their beginnings.
   *
   * @throws UnencryptedObjectException if one must be encrypted and is not, and goes further than
   *     all that are
   */
  List<Stored> list(WalSegment segment) throws IOException {
    return list(segment, storage::list);
  }

  /**
   * The same, of the copies that are reachable: what is not among them may be there all the same.
   */
  List<Stored> reachable(WalSegment segment) throws IOException {
    return list(segment, CopyReading.reachable(storage));
  }

  private List<Stored> list(WalSegment segment, PagedListing.Pages pages) throws IOException {
    List<Stored> all = all(segment, pages);
    List<Stored> admitted =
        all.stream()
            .filter(stored -> settings.admits(stored.object().name(), segment.end()))
            .toList();
    int end = admitted.stream().mapToInt(stored -> stored.piece().to()).max().orElse(0);
    for (Stored stored : all) {
      if (stored.piece().to() > end) {
        throw new UnencryptedObjectException(stored.object().name(), storage.toString());
      }
    }
    return admitted;
  }

  private List<Stored> all(WalSegment segment, PagedListing.Pages pages) throws IOException {
    List<Stored> found = new ArrayList<>();
    plain.forEach(
        pages,
        layout.tail(segment),
        object -> {
          String file = ArchiveLayout.fileName(Decoder.plainName(object.name()));
          TailPiece.parse(file, segment.size())
              .ifPresent(piece -> found.add(new Stored(piece, object)));
        });
    return found;
  }

  /**
   * Makes the pieces of a segment as durable as putting them does.
   *
   * @throws NotArchivedException if there are none
   */
  void makeDurable(WalSegment segment) throws IOException {
    List<Stored> pieces = list(segment);
    if (pieces.isEmpty()) {
      throw new NotArchivedException("there are no pieces of " + segment + " in " + storage);
    }
    for (Stored stored : pieces) {
      plain.makeDurable(stored.object().name());
    }
  }

  /**
   * The bytes of a piece, verified.
   *
   * @throws CorruptFileException if they are not what was put
   * @throws dev.walden.NotArchivedException if the piece was removed meanwhile
   */
  byte[] read(Stored stored) throws IOException {
    String name = stored.object().name();
    return CopyReading.read(name, storage, copy -> read(stored, copy));
  }

  private byte[] read(Stored stored, Storage copy) throws IOException {
    String name = stored.object().name();
    int length = stored.piece().length();
    TrustedWriters writers = settings.writers(stored.piece().segment().end());
    DecryptionKeys keys = settings.keys().trusting(writers);
    byte[] bytes;
    try (InputStream in =
        Decoder.decode(name, plain.in(copy).signedBy(writers).open(name), keys, length)) {
      bytes = in.readAllBytes();
    }
    if (bytes.length != length) {
      throw new CorruptFileException(
          name, "holds " + bytes.length + " bytes of WAL; its name says " + length);
    }
    return bytes;
  }

  void delete(String objectName) throws IOException {
    plain.delete(objectName);
  }
}
