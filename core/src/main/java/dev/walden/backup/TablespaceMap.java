package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The content of a backup's {@code tablespace_map}: the location of each tablespace. The server
 * that recovers the backup recreates the symbolic links in {@code pg_tblspc} from it.
 *
 * <p>Source: {@code do_pg_backup_start} in {@code src/backend/access/transam/xlog.c}, {@code
 * read_tablespace_map} in {@code xlogrecovery.c}.
 *
 * @param entries in the order of the file; no OID twice
 */
public record TablespaceMap(List<Entry> entries) {
  /** The name of the file in a data directory. */
  public static final String FILE_NAME = "tablespace_map";

  /** The longest file accepted, in bytes. */
  public static final int MAX_CONTENT = 1 << 20;

  /**
   * One tablespace.
   *
   * @param oid 1 to 4294967295
   * @param path of its directory on the server, as stored; not empty
   */
  public record Entry(long oid, String path) {
    public Entry {
      if (oid < 1 || oid > 0xFFFFFFFFL) {
        throw new IllegalArgumentException("not the OID of a tablespace: " + oid);
      }
      if (path.isEmpty() || path.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("not the path of a tablespace: \"" + path + '"');
      }
    }
  }

  public TablespaceMap {
    entries = List.copyOf(entries);
    Set<Long> seen = new HashSet<>();
    for (Entry entry : entries) {
      if (!seen.add(entry.oid)) {
        throw new IllegalArgumentException("duplicate tablespace " + entry.oid);
      }
    }
  }

  /**
   * Reads the content of a {@code tablespace_map}, which may be empty. Accepts only what a server
   * writes, so that {@link #content} returns what was read.
   *
   * @param file its name in error messages
   * @throws CorruptFileException if it is not a {@code tablespace_map}, is truncated, or is longer
   *     than {@link #MAX_CONTENT}
   * @throws UnsupportedFormatException if a path is not in UTF-8
   */
  public static TablespaceMap parse(String file, byte[] content)
      throws CorruptFileException, UnsupportedFormatException {
    return new TablespaceMapReader(file, content).read();
  }

  /**
   * The same tablespaces at other locations.
   *
   * @param locations absolute paths on the server that will recover, by OID; other tablespaces keep
   *     their location
   * @throws IllegalArgumentException if an OID has no tablespace, or a path is not absolute
   */
  public TablespaceMap withLocations(Map<Long, String> locations) {
    Map<Long, String> left = new HashMap<>(locations);
    List<Entry> moved = new ArrayList<>();
    for (Entry entry : entries) {
      String location = left.remove(entry.oid);
      if (location != null && !location.startsWith("/")) {
        throw new IllegalArgumentException(
            "the location of tablespace " + entry.oid + " is not absolute: \"" + location + '"');
      }
      moved.add(location == null ? entry : new Entry(entry.oid, location));
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("the backup has no tablespaces " + left.keySet());
    }
    return new TablespaceMap(moved);
  }

  /** The file. */
  public byte[] content() {
    return toString().getBytes(UTF_8);
  }

  /** The text of the file. */
  @Override
  public String toString() {
    return entries.stream()
        .map(e -> e.oid + " " + e.path.replaceAll("[\\n\\r\\\\]", "\\\\$0") + "\n")
        .collect(Collectors.joining());
  }
}
