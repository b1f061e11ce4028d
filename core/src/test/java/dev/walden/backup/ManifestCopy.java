package dev.walden.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A manifest that was read to its end, as a list. */
record ManifestCopy(BackupManifestReader reader, List<ManifestFile> files) {

  static ManifestCopy read(byte[] manifest) throws IOException {
    try (BackupManifestReader reader =
        BackupManifestReader.open("backup_manifest", new ByteArrayInputStream(manifest))) {
      List<ManifestFile> files = new ArrayList<>();
      Optional<ManifestFile> file = reader.nextFile();
      while (file.isPresent()) {
        files.add(file.get());
        file = reader.nextFile();
      }
      return new ManifestCopy(reader, files);
    }
  }

  byte[] write() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BackupManifestWriter writer =
        reader.version() == 1
            ? BackupManifestWriter.version1(out)
            : BackupManifestWriter.version2(out, reader.systemIdentifier().orElseThrow());
    for (ManifestFile file : files) {
      writer.add(file);
    }
    writer.finish(reader.walRanges());
    return out.toByteArray();
  }

  /** Puts the right last line after what stands before the last line. */
  static byte[] sealed(String manifest) {
    return sealed(manifest.getBytes(UTF_8));
  }

  /** Puts the right last line after what stands before the last line. */
  static byte[] sealed(byte[] manifest) {
    String text = new String(manifest, ISO_8859_1);
    String head = text.substring(0, text.lastIndexOf('\n', text.length() - 2) + 1);
    byte[] digest = ManifestTail.sha256().digest(head.getBytes(ISO_8859_1));
    String last = "\"Manifest-Checksum\": \"" + HexFormat.of().formatHex(digest) + "\"}\n";
    return (head + last).getBytes(ISO_8859_1);
  }
}
