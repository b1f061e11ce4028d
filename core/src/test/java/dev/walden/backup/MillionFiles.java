package dev.walden.backup;

import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;

/** A program that reads a manifest of a million files while it is made. */
final class MillionFiles extends InputStream {
  private static final int FILES = 1_000_000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final BackupManifestWriter writer;
  private byte[] ready = new byte[0];
  private int position;
  private int files;

  private MillionFiles() throws IOException {
    this.writer = BackupManifestWriter.version2(out, new SystemIdentifier(1));
  }

  public static void main(String[] args) throws IOException {
    try (BackupManifestReader reader = BackupManifestReader.open("m", new MillionFiles())) {
      int count = 0;
      while (reader.nextFile().isPresent()) {
        count++;
      }
      System.out.println(count + " files");
    }
  }

  @Override
  public int read() {
    throw new UnsupportedOperationException("the reader reads in blocks");
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (position == ready.length && !refill()) {
      return -1;
    }
    int count = Math.min(length, ready.length - position);
    System.arraycopy(ready, position, buffer, offset, count);
    position += count;
    return count;
  }

  private boolean refill() throws IOException {
    if (files > FILES) {
      return false;
    }
    for (int i = 0; i < 100 && files < FILES; i++) {
      files++;
      writer.add(
          new ManifestFile(
              ManifestPath.of("base/" + files % 1000 + "/" + files),
              files,
              Instant.ofEpochSecond(files),
              BackupChecksum.Algorithm.CRC32C,
              String.format("%08x", files)));
    }
    if (out.size() == 0) {
      files++;
      writer.finish(List.of(new WalRange(TimelineId.FIRST, new Lsn(1), new Lsn(2))));
    }
    ready = out.toByteArray();
    out.reset();
    position = 0;
    return true;
  }
}
