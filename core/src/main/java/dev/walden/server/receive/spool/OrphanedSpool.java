package dev.walden.server.receive.spool;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.TailWriter;
import dev.walden.archive.WalDifference;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.StreamVerifier;
import dev.walden.wal.record.ValidWalEnd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A spool whose server is lost, so that no receiver will go on with it. */
public record OrphanedSpool(ArchiveStore archive, Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanedSpool.class);
  private static final int PIECE = 4 << 20;

  public void push() throws IOException {
    // of a spool that nobody can write to there is no receiver
    if (!Files.isWritable(directory)) {
      pushAll();
      return;
    }
    SpoolLock lock = SpoolLock.of(directory);
    try {
      pushAll();
      pushDiverged();
    } finally {
      lock.close();
    }
  }

  private void pushAll() throws IOException {
    for (WalFileName.History name : PendingHistories.files(directory)) {
      archive.push(name, directory.resolve(name.toString()));
    }
    for (WalFileName name : SpooledSegment.files(directory, true)) {
      archive.push(name, directory.resolve(name.toString()));
    }
    List<WalSegment> run = new ArrayList<>();
    for (WalFileName name : SpooledSegment.files(directory, false)) {
      WalSegment segment =
          ((WalFileName.Partial) name).segment().segment(archive.cluster().segmentSize());
      if (!run.isEmpty() && !run.get(run.size() - 1).next().equals(segment)) {
        beginnings(run);
        run.clear();
      }
      run.add(segment);
    }
    beginnings(run);
  }

  private Path file(WalSegment segment) {
    return directory.resolve(new WalFileName.Partial(segment.fileName()).toString());
  }

  /**
   * Archives beginnings of segments, each but the last one full, as far as they are valid: what was
   * not forced may be anything.
   */
  private void beginnings(List<WalSegment> run) throws IOException {
    if (run.isEmpty()) {
      return;
    }
    Lsn valid = valid(run);
    for (WalSegment segment : run) {
      if (!segment.start().isBefore(valid)) {
        LOG.info("{} holds nothing that is complete", file(segment));
      } else if (!archive.contains(segment.fileName())) {
        beginning(segment, Lsn.min(valid, segment.end()).minus(segment.start()));
      }
    }
  }

  private Lsn valid(List<WalSegment> run) throws IOException {
    StreamVerifier verifier = new StreamVerifier(archive.cluster(), run.get(0));
    byte[] buffer = new byte[PIECE];
    try {
      for (WalSegment segment : run) {
        if (!verifier.received().equals(segment.start())) {
          break;
        }
        try (InputStream in = Files.newInputStream(file(segment))) {
          for (int n = in.readNBytes(buffer, 0, PIECE);
              n > 0;
              n = in.readNBytes(buffer, 0, PIECE)) {
            verifier.accept(ByteBuffer.wrap(buffer, 0, n));
          }
        }
      }
    } catch (CorruptFileException e) {
      LOG.info("{}", e.getMessage());
    }
    return verifier.verified();
  }

  private void beginning(WalSegment segment, long end) throws IOException {
    byte[] valid;
    try (InputStream in = Files.newInputStream(file(segment))) {
      valid = in.readNBytes((int) end);
    }
    requireNoConflict(segment, ObjectSource.of(valid));
    TailWriter writer = archive.tail(segment);
    while (writer.end() < end) {
      int from = writer.end();
      writer.put(from, Arrays.copyOfRange(valid, from, (int) Math.min(end, from + (long) PIECE)));
    }
    if (end == segment.size().bytes()) {
      archive.push(segment.fileName(), ObjectSource.of(file(segment)));
      writer.remove();
    }
  }

  /** The spool may be that of a copy of the archive's server. */
  private void requireNoConflict(WalSegment segment, ObjectSource valid) throws IOException {
    archive.requireContinuing(segment, valid);
    Optional<WalDifference> difference = archive.difference(segment, valid);
    if (difference.isPresent()) {
      throw new ArchiveConflictException(
          file(segment)
              + " holds other WAL than "
              + difference.get().object()
              + " from "
              + difference.get().at()
              + " on; nothing of it was archived. "
              + archive.conflictAdvice(segment));
    }
  }

  /** Archives what was set aside, unless there is a partial segment of its name already. */
  private void pushDiverged() throws IOException {
    for (Path file : SpooledSegment.diverged(directory)) {
      WalFileName.Segment name = SpooledSegment.nameOf(file);
      WalSegment segment = name.segment(archive.cluster().segmentSize());
      if (ValidWalEnd.find(file, segment).isPresent()) {
        try (OpenSegment open = SpooledSegment.leftover(segment, file, () -> {})) {
          archive.push(new WalFileName.Partial(name), open.padded());
        } catch (ArchiveConflictException e) {
          LOG.warn("not archived: {}", e.getMessage());
        }
      }
    }
  }
}
