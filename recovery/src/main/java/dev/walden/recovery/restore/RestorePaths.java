package dev.walden.recovery.restore;

import dev.walden.CorruptFileException;
import dev.walden.backup.BaseBackup;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the files of a backup go.
 *
 * @param tablespaces the directory of each tablespace, by OID
 */
record RestorePaths(Path dataDirectory, Map<Long, Path> tablespaces) {
  private static final Pattern IN_TABLESPACE =
      Pattern.compile("pg_tblspc/([0-9]{1,10})(?:/(.*))?", Pattern.DOTALL);

  /**
   * Checks that every tablespace has a place of its own.
   *
   * @throws IllegalArgumentException if one has none, or two overlap
   */
  static RestorePaths of(BaseBackup backup, Path dataDirectory, Map<Long, Path> tablespaces) {
    Map<Long, Path> absolute = new TreeMap<>();
    tablespaces.forEach((oid, path) -> absolute.put(oid, path.toAbsolutePath().normalize()));
    Set<Long> wanted = new HashSet<>(backup.tablespaces());
    if (!wanted.equals(absolute.keySet())) {
      throw new IllegalArgumentException(
          "backup "
              + backup.id()
              + " has the tablespaces "
              + backup.tablespaces()
              + ", and each needs a directory of its own; given are directories for "
              + absolute.keySet());
    }
    RestorePaths paths = new RestorePaths(dataDirectory.toAbsolutePath().normalize(), absolute);
    paths.requireDistinct();
    return paths;
  }

  private void requireDistinct() {
    List<Path> roots = roots();
    for (Path a : roots) {
      for (Path b : roots) {
        if (a != b && a.startsWith(b)) {
          throw new IllegalArgumentException(a + " and " + b + " must not lie in each other");
        }
      }
    }
  }

  /** The data directory and those of the tablespaces. */
  List<Path> roots() {
    List<Path> roots = new ArrayList<>(List.of(dataDirectory));
    roots.addAll(tablespaces.values());
    return roots;
  }

  /**
   * Checks that the disks have room.
   *
   * @throws FileSystemException if they do not
   */
  void requireSpace(long needed) throws IOException {
    long usable = 0;
    Set<FileStore> counted = new HashSet<>();
    for (Path root : roots()) {
      Path existing = root;
      while (!Files.exists(existing)) {
        existing = Objects.requireNonNull(existing.getParent(), "a file system has a root");
      }
      FileStore store = Files.getFileStore(existing);
      usable += counted.add(store) ? store.getUsableSpace() : 0;
    }
    if (usable < needed) {
      throw new FileSystemException(
          dataDirectory.toString(),
          null,
          "the restore takes " + needed + " bytes, but only " + usable + " are free");
    }
  }

  /**
   * The place of a member of the backup.
   *
   * @throws CorruptFileException if it lies outside
   */
  Path of(String part, String member) throws CorruptFileException {
    Path root = dataDirectory;
    String name = member;
    Matcher m = IN_TABLESPACE.matcher(member);
    if (m.matches()) {
      Path tablespace = tablespaces.get(Long.parseLong(m.group(1)));
      if (tablespace != null) {
        root = tablespace;
        name = m.group(2) == null ? "" : m.group(2);
      }
    }
    Path path = root.resolve(name).normalize();
    if (!path.startsWith(root)) {
      throw new CorruptFileException(part, "holds \"" + member + "\", which lies outside");
    }
    return path;
  }
}
