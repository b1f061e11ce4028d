package dev.walden.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** A {@link PostgresArchive} unpacked into one of the {@link KeptFolders}. */
final class UnpackedPostgres {
  private UnpackedPostgres() {}

  /** The folder, which holds {@code bin}, {@code lib} and {@code share}. */
  static Path of(PostgresArchive archive) throws IOException, InterruptedException {
    return KeptFolders.ofThisUser()
        .get(
            digest(archive),
            folder -> {
              unpack(archive, folder);
              Files.setPosixFilePermissions(folder, permissions(0755));
            });
  }

  private static String digest(PostgresArchive archive) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(archive.open(), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest()).substring(0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void unpack(PostgresArchive archive, Path folder) throws IOException {
    try (InputStream in = archive.open();
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(in))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = confine(folder, folder.resolve(entry.getName()));
        if (entry.isDirectory()) {
          Files.createDirectories(file);
          continue;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
          confine(folder, file.resolveSibling(entry.getLinkName()));
          Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else if (entry.isFile() && !entry.isLink()) {
          Files.copy(tar, file);
          Files.setPosixFilePermissions(file, permissions(entry.getMode()));
        } else {
          throw new IOException(archive.url() + ": " + entry.getName() + " is no ordinary file");
        }
      }
    }
  }

  private static Path confine(Path folder, Path file) throws IOException {
    Path normal = file.normalize();
    if (!normal.startsWith(folder)) {
      throw new IOException(file + " leads out of the folder that is unpacked");
    }
    return normal;
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    // Declared from the owner's read permission, bit 8, to the others' execute permission, bit 0.
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      if ((mode >> (8 - permission.ordinal()) & 1) == 1) {
        permissions.add(permission);
      }
    }
    return permissions;
  }
}
