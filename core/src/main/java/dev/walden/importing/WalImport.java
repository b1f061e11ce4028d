package dev.walden.importing;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.PushOutcome;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.importing.WalImportReport.Refused;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Imports a folder of WAL into an archive: files of {@code archive_command = 'cp …'}, of {@code
 * pg_receivewal}, or of a lost server's {@code pg_wal}. Files may be in subfolders, up to two
 * levels deep, and be compressed: {@code .gz}, {@code .zst}, {@code .lz4}. The folder is only read,
 * and may still be written to: running the import again adds new files.
 *
 * <p>Every segment is read record by record. A segment is incomplete, regardless of its name, if
 * its WAL ends inside: a {@code .partial}, the end of a backup's WAL, or the segment that a crashed
 * server was writing. The last segment of its timeline is then archived as a beginning, in pieces,
 * which plans use and which the whole segment may later supersede. An incomplete segment before
 * another one of its timeline is damaged and rejected. Recycled segments that were not overwritten
 * are rejected too.
 *
 * <p>For use by one thread, whose interruption ends the import. After a failure, imported files
 * stay; run it again.
 */
public final class WalImport {
  private static final int DEPTH = 3;

  private final Path folder;
  private final ArchiveStore archive;
  private final List<Refused> refused = new ArrayList<>();
  private final List<WalFileName> beginnings = new ArrayList<>();
  private final List<String> passedOver = new ArrayList<>();
  private long archived;
  private long alreadyArchived;

  private WalImport(Path folder, ArchiveStore archive) {
    this.folder = folder;
    this.archive = archive;
  }

  /**
   * The cluster that wrote the WAL in a folder, according to the first readable segment.
   *
   * @throws CorruptFileException if there is no readable segment
   */
  public static ClusterIdentity identity(Path folder) throws IOException {
    List<String> reasons = new ArrayList<>();
    for (ForeignFile file : files(folder, new ArrayList<>())) {
      if (file.name() instanceof WalFileName.Segment
          || file.name() instanceof WalFileName.Partial) {
        try {
          return identity(file);
        } catch (ArchiveException e) {
          reasons.add(e.getMessage());
        }
      }
    }
    throw new CorruptFileException(
        folder.toString(),
        reasons.isEmpty()
            ? "has no WAL segment"
            : "has no readable WAL segment: " + reasons.get(0));
  }

  private static ClusterIdentity identity(ForeignFile file) throws IOException {
    try (InputStream in = file.open(Long.MAX_VALUE)) {
      byte[] page = in.readNBytes(WalPageHeader.LONG);
      WalPageHeader header = WalPageHeader.parse(file.toString(), 0, ByteBuffer.wrap(page));
      if (!header.isLong()) {
        throw new CorruptFileException(file.toString(), 2, "the first page has no long header");
      }
      return new ClusterIdentity(
          new SystemIdentifier(header.systemIdentifier()),
          new WalSegmentSize(header.segmentSize()),
          PgVersion.ofWalMagic(header.magic()));
    }
  }

  /**
   * Imports a folder's current files, in the order of their names, histories first.
   *
   * @throws StorageUnavailableException if the archive failed
   * @throws IOException if the folder cannot be read
   */
  public static WalImportReport run(Path folder, ArchiveStore archive) throws IOException {
    return new WalImport(folder, archive).run();
  }

  private WalImportReport run() throws IOException {
    Map<String, List<ForeignSegment>> incomplete = new TreeMap<>();
    for (ForeignFile file : files(folder, passedOver)) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("the import was interrupted");
      }
      attempt(
          file,
          () ->
              bring(file)
                  .ifPresent(
                      segment ->
                          incomplete
                              .computeIfAbsent(
                                  segment.segment().timeline().hex(), key -> new ArrayList<>())
                              .add(segment)));
    }
    for (List<ForeignSegment> ofTimeline : incomplete.values()) {
      // the last one first: once archived, it shows that the others are damaged
      Collections.reverse(ofTimeline);
      for (ForeignSegment segment : ofTimeline) {
        attempt(segment.file(), () -> bringBeginning(segment));
      }
    }
    if (archived > 0) {
      // an earlier import may have archived the beginning of a segment that is now whole
      archive.tidyTails();
    }
    return new WalImportReport(archived, alreadyArchived, beginnings, refused, passedOver);
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Reports the fault of a file, and continues with the others. */
  private void attempt(ForeignFile file, Step step) throws IOException {
    try {
      step.run();
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (ArchiveException e) {
      refused.add(new Refused(folder.relativize(file.path()).toString(), e.getMessage()));
    }
  }

  /** Archives a file, except an incomplete segment, which it returns. */
  private Optional<ForeignSegment> bring(ForeignFile file) throws IOException {
    if (file.name() instanceof WalFileName.Segment name) {
      return segment(file, name);
    }
    if (file.name() instanceof WalFileName.Partial partial) {
      return segment(file, partial.segment());
    }
    try (PlainFile plain = PlainFile.of(file, archive.cluster().segmentSize().bytes())) {
      count(archive.push(file.name(), plain.path()));
    }
    return Optional.empty();
  }

  private Optional<ForeignSegment> segment(ForeignFile file, WalFileName.Segment name)
      throws IOException {
    ForeignSegment segment = ForeignSegment.of(file, name, archive.cluster());
    Optional<PushOutcome> outcome = segment.bringWhole(archive);
    outcome.ifPresent(this::count);
    return outcome.isPresent() ? Optional.empty() : Optional.of(segment);
  }

  private void count(PushOutcome outcome) {
    if (outcome == PushOutcome.ARCHIVED) {
      archived++;
    } else {
      alreadyArchived++;
    }
  }

  private void bringBeginning(ForeignSegment segment) throws IOException {
    count(segment.bringBeginning(archive));
    if (!archive.contains(segment.segment().fileName())) {
      beginnings.add(segment.segment().fileName());
    }
  }

  private static List<ForeignFile> files(Path folder, List<String> others) throws IOException {
    List<ForeignFile> found = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(folder, DEPTH)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (Files.isRegularFile(path)) {
          ForeignFile.of(path)
              .ifPresentOrElse(found::add, () -> others.add(folder.relativize(path).toString()));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    found.sort(ForeignFile.ORDER);
    return found;
  }
}
