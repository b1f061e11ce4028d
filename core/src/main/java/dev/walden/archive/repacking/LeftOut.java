package dev.walden.archive.repacking;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupWarning;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.LeftOutParts;
import dev.walden.backup.PartsLeftOutException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a backup lacks: refused, or recorded as warnings. For use by one thread. */
public final class LeftOut {
  private final LeftOutParts choice;
  private final String backup;
  private final Set<String> parts = new TreeSet<>();
  private final Set<String> findings = new TreeSet<>();

  /**
   * Nothing yet.
   *
   * @param backup what lacks the parts, for messages
   */
  public LeftOut(LeftOutParts choice, String backup) {
    this.choice = choice;
    this.backup = backup;
  }

  /**
   * Takes what the server said it left out.
   *
   * @throws PartsLeftOutException if that is refused
   */
  public void said(Collection<String> left) throws PartsLeftOutException {
    parts.addAll(left);
    check();
  }

  /**
   * Takes what did not arrive.
   *
   * @param withEmpty as of {@link ArrivedParts#missing}
   * @throws PartsLeftOutException if that is refused
   */
  public void missing(ArrivedParts arrived, boolean withEmpty) throws PartsLeftOutException {
    arrived.missing(withEmpty).forEach(part -> found(part, part));
    check();
  }

  /**
   * Takes the databases that are incomplete and were neither created nor dropped during the backup,
   * of which WAL replay would make good what is missing.
   *
   * @throws PartsLeftOutException if they are refused
   */
  public void incompleteDatabases(RepackedBackup repacked, ArchiveStore archive)
      throws IOException {
    if (repacked.arrived().incompleteDatabases().isEmpty()) {
      return;
    }
    incompleteDatabases(repacked.arrived(), BackupWal.read(archive, repacked.wal()));
  }

  /** The same, when the WAL has been read. */
  public void incompleteDatabases(ArrivedParts arrived, BackupWal wal)
      throws PartsLeftOutException {
    arrived.incompleteDatabases().stream()
        .filter(oid -> !wal.databases().contains(oid))
        .forEach(oid -> found("base/" + oid, "base/" + oid + "/PG_VERSION"));
    check();
  }

  private void found(String part, String missing) {
    parts.add(part);
    findings.add(missing + " is not in the backup");
  }

  private void check() throws PartsLeftOutException {
    if (choice == LeftOutParts.REFUSE && !parts.isEmpty()) {
      throw new PartsLeftOutException(backup, parts);
    }
  }

  /**
   * The warnings to record: what was found, then what the server said; as many as a backup may
   * have, the last one telling if there were more.
   *
   * @param more whether the server sent more than these
   */
  public List<BackupWarning> warnings(Collection<BackupWarning> server, boolean more) {
    List<BackupWarning> all = new ArrayList<>();
    findings.forEach(finding -> all.add(BackupWarning.ofFinding(finding)));
    all.addAll(server);
    if (all.size() <= BaseBackup.MAX_WARNINGS && !more) {
      return all;
    }
    int kept = Math.min(all.size(), BaseBackup.MAX_WARNINGS - 1);
    List<BackupWarning> some = new ArrayList<>(all.subList(0, kept));
    some.add(BackupWarning.ofFinding("there were more warnings, which are not recorded"));
    return some;
  }
}
