package dev.walden.archive;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.WrongKeyException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.codec.Codec;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.CopyReading;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Storing and reading the pieces of segments that are not whole yet. */
final class PieceStore {
  private static final int PAGE = 1000;

  private final Storage storage;
  private final Codec codec;
  private final DecryptionKeys keys;
  private final ArchiveLayout layout;
  private final WalFileStore wal;

  PieceStore(Storage storage, ArchiveSettings settings, ArchiveLayout layout, WalFileStore wal) {
    this.storage = storage;
    this.codec = settings.codec();
    this.keys = settings.keys();
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
      if (!holds(name, bytes)) {
        throw new CorruptFileException(name, "exists, and holds other bytes than were put");
      }
      if (Sha256Companion.needsCompanion(name)) {
        Sha256Companion.putCompanion(storage, name, Sha256Companion.sha256(source));
      }
    }
  }

  /**
   * Whether an object holds these bytes. Its header tells a host without the key.
   *
   * @throws WrongKeyException if only a key could tell
   */
  boolean holds(String name, byte[] bytes) throws IOException {
    if (name.endsWith(".age")) {
      Optional<byte[]> digest;
      try (InputStream stored = storage.open(name)) {
        digest = Decoder.plainSha256(name, stored);
      }
      if (digest.isPresent()) {
        return Arrays.equals(digest.get(), Sha256Companion.sha256(ObjectSource.of(bytes)));
      }
    }
    try (InputStream plain = Decoder.decode(name, storage.open(name), keys, bytes.length)) {
      return Arrays.equals(plain.readAllBytes(), bytes);
    } catch (CorruptFileException e) {
      return false;
    }
  }

  /** The pieces of a segment, in the order of their beginnings. */
  List<Stored> list(WalSegment segment) throws IOException {
    List<StoredObject> objects = new ArrayList<>();
    Set<String> names = new HashSet<>();
    String prefix = layout.tail(segment);
    String after = "";
    while (true) {
      List<StoredObject> page = storage.list(prefix, after, PAGE);
      objects.addAll(page);
      page.forEach(object -> names.add(object.name()));
      if (page.size() < PAGE) {
        break;
      }
      after = page.get(page.size() - 1).name();
    }
    List<Stored> found = new ArrayList<>();
    for (StoredObject object : objects) {
      boolean acknowledged =
          !Sha256Companion.needsCompanion(object.name())
              || names.contains(Sha256Companion.companionName(object.name()));
      String file = ArchiveLayout.fileName(Decoder.plainName(object.name()));
      Optional<TailPiece> piece = TailPiece.parse(file, segment.size());
      if (acknowledged && piece.isPresent()) {
        found.add(new Stored(piece.get(), object));
      }
    }
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
      String name = stored.object().name();
      storage.makeDurable(name);
      if (Sha256Companion.needsCompanion(name)) {
        storage.makeDurable(Sha256Companion.companionName(name));
      }
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
    return CopyReading.read(name, storage.copies(name), copy -> read(stored, copy));
  }

  private byte[] read(Stored stored, Storage copy) throws IOException {
    String name = stored.object().name();
    int length = stored.piece().length();
    byte[] bytes;
    try (InputStream plain = Decoder.decode(name, copy.open(name), keys, length)) {
      bytes = plain.readAllBytes();
    }
    if (bytes.length != length) {
      throw new CorruptFileException(
          name, "holds " + bytes.length + " bytes of WAL; its name says " + length);
    }
    if (Sha256Companion.needsCompanion(name)
        && !Arrays.equals(
            Sha256Companion.companion(copy, name),
            Sha256Companion.sha256(ObjectSource.of(bytes)))) {
      throw new CorruptFileException(name, "its SHA-256 is not the one beside it");
    }
    return bytes;
  }

  void delete(String objectName) throws IOException {
    // in this order: who reads it meanwhile sees that it is gone, and not that it is damaged
    storage.delete(objectName);
    if (Sha256Companion.needsCompanion(objectName)) {
      storage.delete(Sha256Companion.companionName(objectName));
    }
  }
}
