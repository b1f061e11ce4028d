package dev.walden.server;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.TailWriter;
import dev.walden.archive.storage.ObjectSource;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.ValidWalEnd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A spool whose server is lost, so that no receiver will go on with it. */
record LeftSpool(ArchiveStore archive, Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(LeftSpool.class);
  private static final int PIECE = 4 << 20;

  void push() throws IOException {
    // of a spool that nobody can write to there is no receiver
    if (!Files.isWritable(directory)) {
      pushAll();
      return;
    }
    SpoolLock lock = SpoolLock.of(directory);
    try {
      pushAll();
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
    for (WalFileName name : SpooledSegment.files(directory, false)) {
      WalFileName.Segment segment = ((WalFileName.Partial) name).segment();
      if (!archive.contains(segment)) {
        beginning(
            segment.segment(archive.cluster().segmentSize()), directory.resolve(name.toString()));
      }
    }
  }

  /** Archives a beginning as far as it is valid: what was not forced may be anything. */
  private void beginning(WalSegment segment, Path file) throws IOException {
    OptionalLong valid = ValidWalEnd.find(file, segment);
    if (valid.isEmpty()) {
      LOG.info("{} holds no complete record", file);
      return;
    }
    TailWriter writer = archive.tail(segment);
    long end = Math.min(valid.getAsLong(), Files.size(file));
    try (InputStream in = Files.newInputStream(file)) {
      while (writer.end() < end) {
        writer.put(writer.end(), in.readNBytes((int) Math.min(PIECE, end - writer.end())));
      }
    }
    if (end == segment.size().bytes()) {
      archive.push(segment.fileName(), ObjectSource.of(file));
      writer.remove();
    }
  }
}
