package dev.walden.server.backup;

import dev.walden.archive.repacking.ArrivedParts;
import dev.walden.backup.BackupWarning;
import dev.walden.backup.BaseBackup;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warnings of a server during a base backup, and what they say that it left out. Only the
 * message names a path, and it may be in any language; so what is not certainly outside the
 * cluster's own parts counts as one of them.
 *
 * <p>Source: {@code src/backend/backup/basebackup.c}, {@code sendDir}; {@code
 * src/backend/access/transam/xlog.c}, {@code do_pg_backup_start} ({@code do_pg_start_backup} in
 * 14). For use by one thread.
 */
final class ServerWarnings {
  private static final Logger LOG = LoggerFactory.getLogger(ServerWarnings.class);

  /** It skips what is neither a file nor a directory. */
  private static final String SKIPS_FILES = "sendDir";

  /** These skip tablespaces whose links they cannot follow. */
  private static final Set<String> SKIP_TABLESPACES =
      Set.of("do_pg_backup_start", "do_pg_start_backup");

  private static final Pattern TABLESPACE = Pattern.compile("pg_tblspc/[0-9]{1,10}");

  private static final int MAX_PARTS = 1000;

  private static final String QUOTE = "[\"'«»“”„‘’「」『』]";

  /** A path in quotation marks of any language, or the rest of the message. */
  private static final Pattern PATH =
      Pattern.compile(
          "(?U)"
              + QUOTE
              + "\\s?((?:\\.?/|pg_tblspc/).*?)\\s?(?:"
              + QUOTE
              + ".*)?$|((?:\\.?/|pg_tblspc/).*)$",
          Pattern.DOTALL);

  /** The first name of a path that begins in the data directory. */
  private static final Pattern IN_DATA_DIRECTORY =
      Pattern.compile("(?U)\\./([A-Za-z0-9_]*)([-.~+@#=,:\\w]?).*", Pattern.DOTALL);

  private final Set<BackupWarning> kept = new LinkedHashSet<>();
  private final Set<String> leftOut = new TreeSet<>();
  private boolean more;

  /** Takes a warning. The server estimates sizes first, and then says the same twice. */
  void take(BackupWarning warning) {
    if (kept.contains(warning)) {
      return;
    }
    if (kept.size() < BaseBackup.MAX_WARNINGS) {
      LOG.warn("the server warns: {}", warning);
      kept.add(warning);
    } else {
      more = true;
    }
    if (leftOut.size() >= MAX_PARTS) {
      return;
    }
    if (SKIP_TABLESPACES.contains(warning.routine())) {
      Matcher tablespace = TABLESPACE.matcher(warning.message());
      leftOut.add(tablespace.find() ? tablespace.group() : warning.message());
    } else if (warning.routine().equals(SKIPS_FILES)) {
      skipped(warning);
    }
  }

  private void skipped(BackupWarning warning) {
    Matcher path = PATH.matcher(warning.message());
    if (!path.find()) {
      leftOut.add(warning.message());
      return;
    }
    String name = path.group(1) != null ? path.group(1) : path.group(2);
    Matcher first = IN_DATA_DIRECTORY.matcher(name);
    if (!first.matches()) {
      // in a tablespace
      leftOut.add(name);
    } else if (ArrivedParts.isClusters(first.group(1)) && first.group(2).isEmpty()) {
      leftOut.add(name.substring(2));
    }
  }

  Set<BackupWarning> kept() {
    return kept;
  }

  /** Whether there were more. */
  boolean more() {
    return more;
  }

  /** What the server left out of the cluster's own parts. */
  Set<String> leftOut() {
    return leftOut;
  }
}
