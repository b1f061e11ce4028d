package dev.walden.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * A {@link PostgresArchive} unpacked below the temporary folder, where it stays for later runs. Any
 * number of JVMs may do so at once: each unpacks for itself, and the first one's folder is used.
 */
final class UnpackedPostgres {
  private UnpackedPostgres() {}

  /** The folder, which holds {@code bin}, {@code lib} and {@code share}. */
  static Path of(PostgresArchive archive) throws IOException {
    Path cache = cache();
    Path unpacked = cache.resolve(digest(archive));
    if (!Files.isDirectory(unpacked)) {
      Path temporary = Files.createTempDirectory(cache, "unpacking");
      try {
        unpack(archive, temporary);
        Files.setPosixFilePermissions(temporary, permissions(0755));
        publish(temporary, unpacked);
      } finally {
        deleteTree(temporary);
      }
    }
    return unpacked;
  }

  /** A folder that only this user may write to, because its programs will be run. */
  private static Path cache() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    Path cache = temporary.resolve("walden-postgres-" + System.getProperty("user.name"));
    try {
      Files.createDirectory(cache, PosixFilePermissions.asFileAttribute(permissions(0755)));
    } catch (FileAlreadyExistsException e) {
      Path own = Files.createTempFile("walden", ".owner");
      try {
        if (!Files.getOwner(cache).equals(Files.getOwner(own)) || Files.isSymbolicLink(cache)) {
          throw new IOException(cache + " belongs to somebody else: remove it");
        }
      } finally {
        Files.delete(own);
      }
    }
    return cache;
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

  private static void publish(Path temporary, Path unpacked) throws IOException {
    try {
      Files.move(temporary, unpacked, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(unpacked)) {
        throw e;
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
