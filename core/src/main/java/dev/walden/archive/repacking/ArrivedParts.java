package dev.walden.archive.repacking;

import dev.walden.backup.TarMember;
import dev.walden.cluster.ControlFile;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which of a cluster's own parts are in a backup, judged by the files and directories that arrived.
 * Takes memory for each database, not for each file. For use by one thread.
 *
 * <p>Source: {@code subdirs} in {@code src/bin/initdb/initdb.c}; {@code src/backend/backup/
 * basebackup.c}, {@code excludeDirContents}: directories whose contents a server leaves out arrive
 * empty.
 */
public final class ArrivedParts {
  /** A server always has files in these. */
  private static final Set<String> NEVER_EMPTY =
      Set.of("base", "global", "pg_multixact/members", "pg_multixact/offsets", "pg_xact");

  private static final Set<String> MAYBE_EMPTY =
      Set.of(
          ("pg_commit_ts pg_dynshmem pg_logical pg_logical/mappings pg_logical/snapshots"
                  + " pg_multixact pg_notify pg_replslot pg_serial pg_snapshots pg_stat pg_subtrans"
                  + " pg_tblspc pg_twophase pg_wal")
              .split(" "));

  private static final String CONTROL_FILE = "global/pg_control";
  private static final Set<String> FILES =
      Set.of("PG_VERSION", "global/pg_filenode.map", CONTROL_FILE);

  private static final Pattern DATABASE =
      Pattern.compile("(?:base|pg_tblspc/[0-9]{1,10}/PG_[^/]+)/([1-9][0-9]{0,9})(/.*)?");

  private final Set<String> arrived = new HashSet<>();
  private final Set<Long> databases = new TreeSet<>();
  private final Set<Long> versioned = new HashSet<>();

  /** Whether this is the name of a file or directory directly in every data directory. */
  public static boolean isClusters(String name) {
    return FILES.contains(name)
        || name.equals("pg_stat_tmp")
        || Stream.concat(NEVER_EMPTY.stream(), MAYBE_EMPTY.stream())
            .anyMatch(path -> path.equals(name) || path.startsWith(name + "/"));
  }

  void add(TarMember member) {
    String path = member.path();
    if (member.kind() == TarMember.Kind.FILE
        && FILES.contains(path)
        && (!path.equals(CONTROL_FILE) || member.size() == ControlFile.SIZE)) {
      arrived.add(path);
    }
    Matcher database = DATABASE.matcher(path);
    boolean directory = member.kind() == TarMember.Kind.DIRECTORY;
    if (database.matches() && (directory || database.group(2) != null)) {
      databases.add(Long.valueOf(database.group(1)));
      if (!directory && database.group(2).equals("/PG_VERSION")) {
        versioned.add(Long.valueOf(database.group(1)));
      }
    }
    if (directory) {
      directory(path);
    }
    for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      directory(path.substring(0, end));
    }
  }

  private void directory(String path) {
    if (NEVER_EMPTY.contains(path) || MAYBE_EMPTY.contains(path)) {
      arrived.add(path);
    }
  }

  /**
   * The files and directories that every cluster has and that did not arrive, as paths relative to
   * the data directory.
   *
   * @param withEmpty whether directories count that may be empty: a copy of a backup may have lost
   *     them, and a restore creates them
   */
  public SortedSet<String> missing(boolean withEmpty) {
    SortedSet<String> missing = new TreeSet<>(FILES);
    missing.addAll(NEVER_EMPTY);
    if (withEmpty) {
      missing.addAll(MAYBE_EMPTY);
    }
    missing.removeAll(arrived);
    return missing;
  }

  /**
   * The OIDs of databases of which something arrived, in {@code base} or in a tablespace, but not
   * their {@code PG_VERSION}. A database that is created or dropped during the backup may be among
   * them, too.
   */
  public List<Long> incompleteDatabases() {
    return databases.stream().filter(oid -> !versioned.contains(oid)).toList();
  }
}
