package dev.walden.importing;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.PushOutcome;
import dev.walden.archive.TailWriter;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalSource;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A segment in a foreign file, whole or not. */
record ForeignSegment(ForeignFile file, WalSegment segment) {
  private static final int PIECE = 4 << 20;

  static ForeignSegment of(ForeignFile file, WalFileName.Segment name, ClusterIdentity cluster)
      throws CorruptFileException {
    try {
      return new ForeignSegment(file, name.segment(cluster.segmentSize()));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          file.toString(), CorruptFileException.NO_OFFSET, e.getMessage(), e);
    }
  }

  /** Archives the segment if its WAL is valid to the end; otherwise returns empty. */
  Optional<PushOutcome> bringWhole(ArchiveStore archive) throws IOException {
    try (PlainFile plain = PlainFile.of(file, segment.size().bytes())) {
      check(archive, plain.path());
      if (Files.size(plain.path()) < segment.size().bytes() || !isWhole(end(plain.path()))) {
        return Optional.empty();
      }
      // a partial file is copied: pg_receivewal renames it once it is whole
      ObjectSource source =
          file.name() instanceof WalFileName.Segment
              ? new ForeignWal(file, segment.size().bytes(), plain)
              : ObjectSource.of(plain.path());
      return Optional.of(archive.push(segment.fileName(), source));
    }
  }

  private void check(ArchiveStore archive, Path plain) throws IOException {
    long length = Files.size(plain);
    // an interrupted cp leaves short files; a partial one may be short by nature
    if (length > segment.size().bytes()
        || length < segment.size().bytes() && file.name() instanceof WalFileName.Segment) {
      throw new CorruptFileException(
          file.toString(), "is " + length + " bytes long; a segment has " + segment.size().bytes());
    }
    try (InputStream in = Files.newInputStream(plain)) {
      archive.check(segment.fileName(), in.readNBytes(WalPageHeader.PAGE_SIZE));
    }
  }

  /** Archives the valid beginning of an incomplete segment, the last one of its timeline. */
  PushOutcome bringBeginning(ArchiveStore archive) throws IOException {
    boolean whole = archive.contains(segment.fileName());
    try (PlainFile plain = PlainFile.of(file, segment.size().bytes())) {
      WalEnd end = end(plain.path());
      long valid = end.lsn().minus(segment.start());
      if (valid <= WalPageHeader.LONG) {
        throw new CorruptFileException(file.toString(), "holds no valid WAL: " + end.detail());
      }
      Optional<WalSegment> later = archive.nextSegment(segment);
      if (!whole && later.isPresent()) {
        throw new CorruptFileException(
            file.toString(),
            valid,
            "its WAL ends at "
                + end.lsn()
                + ", although the later segment "
                + later.get()
                + " is archived: "
                + end.detail());
      }
      try (InputStream in = Files.newInputStream(plain.path())) {
        byte[] bytes = in.readNBytes((int) valid);
        if (holds(archive, bytes, whole)) {
          return PushOutcome.ALREADY_ARCHIVED;
        }
        archive.requireContinuing(segment, ObjectSource.of(bytes));
        return put(archive.tail(segment), bytes);
      }
    }
  }

  /**
   * Whether the archive has these bytes of the segment.
   *
   * @throws ArchiveConflictException if it has others
   */
  private boolean holds(ArchiveStore archive, byte[] valid, boolean whole) throws IOException {
    Optional<InputStream> present = archive.open(segment);
    if (present.isEmpty()) {
      return false;
    }
    byte[] held;
    try (InputStream in = present.get()) {
      held = in.readNBytes(valid.length);
    }
    int differs = Arrays.mismatch(held, valid);
    if (differs >= 0 && (whole || !isZero(held, differs))) {
      throw new ArchiveConflictException(
          "the archived "
              + segment
              + " differs from "
              + file
              + " at "
              + segment.start().plus(differs)
              + "; nothing was archived. Do two servers archive here?");
    }
    return differs < 0;
  }

  /** Zeros pad the archived pieces of a segment. */
  private static boolean isZero(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static PushOutcome put(TailWriter tail, byte[] valid) throws IOException {
    for (int from = 0; from < valid.length; from += PIECE) {
      tail.put(from, Arrays.copyOfRange(valid, from, Math.min(valid.length, from + PIECE)));
    }
    return PushOutcome.ARCHIVED;
  }

  /** A segment is whole if WAL continues after it, in a record or after a switch. */
  private static boolean isWhole(WalEnd end) {
    return end.reason() == WalEnd.Reason.MISSING_SEGMENT;
  }

  private WalEnd end(Path plain) throws IOException {
    WalSource only =
        wanted ->
            wanted.equals(segment)
                ? Optional.of(new BufferedInputStream(Files.newInputStream(plain)))
                : Optional.empty();
    try (WalReader reader =
        WalReader.builder(only, segment.size())
            .timeline(segment.timeline())
            .from(segment.start())
            .build()) {
      while (reader.next()) {
        // each record is checked
      }
      return reader.end().orElseThrow();
    }
  }
}
