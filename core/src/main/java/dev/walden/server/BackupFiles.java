package dev.walden.server;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BackupFileList;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.ManifestFile;
import dev.walden.backup.TarMember;
import dev.walden.backup.WalRange;
import dev.walden.wal.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The files of a backup in the order in which they arrive, which is also that of the manifest: so
 * eight bytes for each are enough to compare them with it.
 */
final class BackupFiles {
  private final BackupChecksum.Algorithm algorithm;
  private long[] fingerprints = new long[1024];
  private int count;
  private BackupFileList list;
  private TarMember member;
  private int part;
  private BackupChecksum checksum;
  private ByteArrayOutputStream label;
  private Lsn checkpointLsn;

  BackupFiles(BackupChecksum.Algorithm algorithm) {
    this.algorithm = algorithm;
  }

  void begin(OutputStream out) throws IOException {
    list = new BackupFileList(out);
  }

  void begin(TarMember file, int inPart) {
    member = file;
    part = inPart;
    checksum = algorithm.start();
    label = file.path().equals(BackupLabel.FILE_NAME) ? new ByteArrayOutputStream() : null;
  }

  void update(byte[] bytes, int offset, int length) {
    checksum.update(bytes, offset, length);
    if (label != null) {
      int room = BackupLabel.MAX_CONTENT + 1 - label.size();
      label.write(bytes, offset, Math.min(length, room));
    }
  }

  void end() throws IOException {
    String digest = checksum.finish();
    if (count == fingerprints.length) {
      fingerprints = Arrays.copyOf(fingerprints, 2 * count);
    }
    fingerprints[count++] = fingerprint(member.path(), member.size(), digest);
    list.add(member, part, algorithm, digest);
    if (label != null) {
      checkpointLsn =
          BackupLabel.parse(BackupLabel.FILE_NAME, label.toByteArray()).checkpointLocation();
    }
  }

  void finish() throws IOException {
    list.finish();
  }

  /** Where the checkpoint record is, as {@code backup_label} says. */
  Lsn checkpointLsn() throws CorruptFileException {
    if (checkpointLsn == null) {
      throw new CorruptFileException("base.tar", "holds no backup_label");
    }
    return checkpointLsn;
  }

  /**
   * Reads the manifest to its end.
   *
   * @return the WAL that the backup needs
   * @throws CorruptFileException if a file that arrived is not the one in the manifest
   */
  List<WalRange> compare(InputStream in) throws IOException {
    try (BackupManifestReader manifest =
        BackupManifestReader.open(BackupManifestReader.FILE_NAME, in)) {
      int compared = 0;
      for (Optional<ManifestFile> next = manifest.nextFile();
          next.isPresent();
          next = manifest.nextFile(), compared++) {
        ManifestFile file = next.get();
        if (compared == count
            || fingerprint(file.path().toString(), file.size(), file.checksum())
                != fingerprints[compared]) {
          throw new CorruptFileException(
              file.path().toString(),
              "what arrived is not what the server's manifest says: file "
                  + (compared + 1)
                  + ", "
                  + file.size()
                  + " bytes, "
                  + file.checksum());
        }
      }
      if (compared < count) {
        throw new CorruptFileException(
            BackupManifestReader.FILE_NAME,
            "lists " + compared + " files, but " + count + " arrived");
      }
      return manifest.walRanges();
    }
  }

  /** 64 bits that differ when anything does: this finds damage, not forgery. */
  private static long fingerprint(String path, long size, String digest) {
    CRC32C low = new CRC32C();
    CRC32 high = new CRC32();
    byte[] bytes = (path + '\0' + size + '\0' + digest).getBytes(StandardCharsets.UTF_8);
    low.update(bytes, 0, bytes.length);
    high.update(bytes, 0, bytes.length);
    return high.getValue() << 32 | low.getValue();
  }
}
