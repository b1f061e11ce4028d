package dev.walden.archive;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.UnsupportedFormatException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.EncodedObject;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.codec.Claim;
import dev.walden.codec.Codec;
import dev.walden.codec.Compression;
import dev.walden.codec.Decoder;
import dev.walden.codec.Provenance;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.reading.CopyReading;
import dev.walden.storage.reading.PagedListing;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.index.WalOutlineJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Storing and reading lists of outlines. They are a cache: what is damaged is not there. */
final class IndexStore {
  private static final int MAX_LENGTH = 64 << 20;
  private static final Lsn LAST = new Lsn(-1);

  private final Storage storage;
  private final ArchiveSettings settings;
  private final ArchiveLayout layout;
  private final Codec codec;

  IndexStore(Storage storage, ArchiveSettings settings, ArchiveLayout layout) {
    this.storage = storage;
    this.settings = settings;
    this.layout = layout;
    // always compressed: JSON shrinks to a tenth, and then needs no digest beside it
    Codec given = settings.codec();
    this.codec =
        given.compression() == Compression.NONE
            ? new Codec(Compression.ZSTD, given.encryption(), given.zstd())
            : given;
  }

  /** Stores outlines, unless there is an object of this name. */
  void put(String name, List<WalOutline> outlines) throws IOException {
    ObjectSource json = ObjectSource.of(WalOutlineJson.print(outlines));
    Provenance provenance =
        Provenance.of(Claim.of(name, Sha256Companion.sha256(json)), settings.signer());
    try (EncodedObject encoded =
        EncodedObject.encode(json, codec, Optional.of(provenance), settings.temporaryDirectory())) {
      storage.put(name + codec.suffix(), encoded);
    }
  }

  /** Reads outlines that were stored with the settings of this archive; as {@link #read}. */
  Optional<List<WalOutline>> readOwn(String name) throws IOException {
    return read(name + codec.suffix());
  }

  /** Reads outlines; empty if they are gone, damaged, or of another version of Walden. */
  Optional<List<WalOutline>> read(String objectName) throws IOException {
    try {
      return Optional.of(CopyReading.read(objectName, storage, copy -> readCopy(copy, objectName)));
    } catch (CorruptFileException | NotArchivedException | UnsupportedFormatException e) {
      return Optional.empty();
    }
  }

  private List<WalOutline> readCopy(Storage copy, String objectName) throws IOException {
    try (InputStream in =
        Decoder.decode(objectName, copy.open(objectName), settings.keys(), MAX_LENGTH)) {
      return WalOutlineJson.parse(objectName, in.readAllBytes());
    }
  }

  /**
   * The names of a timeline's objects, in order. Where an archive is encrypted, unencrypted ones do
   * not count, even those from before it was: they are made again.
   */
  List<String> list(TimelineId timeline) throws IOException {
    List<String> names = new ArrayList<>();
    PagedListing.forEach(
        storage,
        layout.index(timeline),
        object -> {
          if (settings.admits(object.name(), LAST)) {
            names.add(object.name());
          }
        });
    return names;
  }

  void delete(String objectName) throws IOException {
    storage.delete(objectName);
  }
}
