package dev.walden.archive.objects;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.UnsupportedFormatException;
import dev.walden.UntrustedObjectException;
import dev.walden.WrongKeyException;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.storage.ObjectProof;
import dev.walden.storage.Storage;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalOutliner;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Proves an object by what age, zstd or gzip check in it, or by the digest beside a plain one; a
 * whole segment also by its records, which must not end early. It proves nothing of objects that
 * the keys do not open, and of plain ones without a digest.
 */
public record EncodingProof(DecryptionKeys keys) implements ObjectProof {

  @Override
  public boolean isSound(Storage storage, String name) throws IOException {
    boolean digest = PlainObjects.isDigest(name);
    String object =
        digest ? name.substring(0, name.length() - ArchiveLayout.DIGEST_SUFFIX.length()) : name;
    PlainObjects objects = new PlainObjects(storage);
    if (PlainObjects.isPlain(object) && !objects.contains(object)) {
      return false;
    }
    try (InputStream in = Decoder.decode(object, objects.open(object), keys, Long.MAX_VALUE)) {
      return isWhole(object, in);
    } catch (WrongKeyException
        | UnsupportedFormatException
        | UntrustedObjectException
        | NotArchivedException e) {
      return false;
    } catch (CorruptFileException e) {
      if (digest) {
        // of the two, the object may be the damaged one
        return false;
      }
      throw e;
    }
  }

  private static boolean isWhole(String object, InputStream in) throws IOException {
    Optional<WalFileName.Segment> segment = segment(object);
    if (segment.isEmpty()) {
      in.transferTo(OutputStream.nullOutputStream());
      return true;
    }
    BufferedInputStream wal = new BufferedInputStream(in, WalPageHeader.PAGE_SIZE);
    wal.mark(WalPageHeader.LONG);
    byte[] beginning = wal.readNBytes(WalPageHeader.LONG);
    wal.reset();
    boolean whole = false;
    try {
      WalPageHeader header = WalPageHeader.parse(object, 0, ByteBuffer.wrap(beginning));
      WalSegmentSize size = new WalSegmentSize(header.segmentSize());
      whole = WalOutliner.outline(segment.get().segment(size), wal).end().isEmpty();
    } catch (CorruptFileException | UnsupportedFormatException | IllegalArgumentException e) {
      // its bytes may be those that were stored: to the end, to know
      whole = false;
    }
    wal.transferTo(OutputStream.nullOutputStream());
    return whole;
  }

  private static Optional<WalFileName.Segment> segment(String object) {
    try {
      return WalFileName.parse(Decoder.plainName(ArchiveLayout.fileName(object)))
              instanceof WalFileName.Segment segment
          ? Optional.of(segment)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
