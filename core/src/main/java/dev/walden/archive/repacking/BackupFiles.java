package dev.walden.archive.repacking;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BackupFileList;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.ManifestFile;
import dev.walden.backup.TarMember;
import dev.walden.backup.WalRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The files of a backup in the order in which they arrive, which is also that of the manifest: so
 * eight bytes for each are enough to compare them with it.
 */
final class BackupFiles {
  /** With WAL in a backup its manifest lists what stands beside it, and never the WAL itself. */
  private static final String WAL = "pg_wal/";

  private final BackupChecksum.Algorithm algorithm;
  private long[] fingerprints = new long[1024];
  private int count;
  private final BackupFileList list;
  private Optional<Arriving> current = Optional.empty();
  private Optional<BackupLabel> label = Optional.empty();

  /** The file that arrives now; the bytes of a backup's label are kept. */
  private record Arriving(
      TarMember member,
      int part,
      boolean listed,
      BackupChecksum checksum,
      Optional<ByteArrayOutputStream> label) {}

  BackupFiles(BackupChecksum.Algorithm algorithm, OutputStream out) throws IOException {
    this.algorithm = algorithm;
    this.list = new BackupFileList(out);
  }

  void begin(TarMember file, int inPart, boolean inManifest) {
    Optional<ByteArrayOutputStream> kept =
        file.path().equals(BackupLabel.FILE_NAME)
            ? Optional.of(new ByteArrayOutputStream())
            : Optional.empty();
    current = Optional.of(new Arriving(file, inPart, inManifest, algorithm.start(), kept));
  }

  void update(byte[] bytes, int offset, int length) {
    Arriving file = current.orElseThrow();
    file.checksum().update(bytes, offset, length);
    if (file.label().isPresent()) {
      ByteArrayOutputStream kept = file.label().get();
      int room = BackupLabel.MAX_CONTENT + 1 - kept.size();
      kept.write(bytes, offset, Math.min(length, room));
    }
  }

  void end() throws IOException {
    Arriving file = current.orElseThrow();
    TarMember member = file.member();
    String digest = file.checksum().finish();
    if (file.listed()) {
      if (count == fingerprints.length) {
        fingerprints = Arrays.copyOf(fingerprints, 2 * count);
      }
      fingerprints[count++] = fingerprint(member.path(), member.size(), digest);
    }
    list.add(member, file.part(), algorithm, digest);
    if (file.label().isPresent()) {
      byte[] content = file.label().get().toByteArray();
      label = Optional.of(BackupLabel.parse(BackupLabel.FILE_NAME, content));
    }
  }

  void finish() throws IOException {
    list.finish();
  }

  /** The backup's {@code backup_label}. */
  BackupLabel label() throws CorruptFileException {
    return label.orElseThrow(() -> new CorruptFileException("base.tar", "holds no backup_label"));
  }

  /**
   * Reads the manifest to its end.
   *
   * @return the WAL that the backup needs
   * @throws CorruptFileException if a file that arrived is not the one in the manifest
   */
  List<WalRange> compare(InputStream in, Set<String> mayDiffer, Set<String> leftOut)
      throws IOException {
    try (BackupManifestReader manifest =
        BackupManifestReader.open(BackupManifestReader.FILE_NAME, in)) {
      int compared = 0;
      for (Optional<ManifestFile> next = manifest.nextFile();
          next.isPresent();
          next = manifest.nextFile()) {
        ManifestFile file = next.get();
        String path = file.path().toString();
        if (path.startsWith(WAL) || leftOut.contains(path)) {
          continue;
        }
        if (compared == count
            || !mayDiffer.contains(path)
                && fingerprint(path, file.size(), file.checksum()) != fingerprints[compared]) {
          throw new CorruptFileException(
              path,
              "what arrived is not what the manifest says: file "
                  + (compared + 1)
                  + ", "
                  + file.size()
                  + " bytes, "
                  + file.checksum());
        }
        compared++;
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
