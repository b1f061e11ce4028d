package dev.walden.server.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The files of a base backup by their paths in the manifest, with SHA-256 digests. */
final class ReceivedBackup {
  private static final Pattern MANIFEST_FILE =
      Pattern.compile(
          "\\{ \"Path\": \"([^\"]*)\", \"Size\": ([0-9]+),[^}]*\"Checksum-Algorithm\": \"SHA256\","
              + " \"Checksum\": \"([0-9a-f]{64})\" }");

  private final Map<String, String> files = new TreeMap<>();
  private final Map<String, byte[]> small = new TreeMap<>();

  /** Reads an archive to its end, as tar. */
  void add(BackupArchive archive) throws Exception {
    String prefix = archive.tablespaceOid().map(oid -> "pg_tblspc/" + oid + "/").orElse("");
    TarArchiveInputStream tar = new TarArchiveInputStream(archive.content());
    for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
      if (e.isFile()) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] bytes = new DigestInputStream(tar, digest).readAllBytes();
        files.put(prefix + e.getName(), bytes.length + " " + hex(digest));
        if (bytes.length < 2000) {
          small.put(prefix + e.getName(), bytes);
        }
      }
    }
    if (archive.content().read() >= 0) {
      throw new IOException("bytes after the end of the tar of " + archive.tablespaceOid());
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  Map<String, String> files() {
    return files;
  }

  /** A small file as text. */
  String text(String path) {
    return new String(small.get(path), StandardCharsets.UTF_8);
  }

  /** The files that a manifest of PostgreSQL names. */
  static Map<String, String> listed(InputStream manifest) throws IOException {
    String text = new String(manifest.readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> files = new TreeMap<>();
    Matcher matcher = MANIFEST_FILE.matcher(text);
    while (matcher.find()) {
      files.put(matcher.group(1), matcher.group(2) + " " + matcher.group(3));
    }
    return files;
  }
}
