package dev.walden.importing;

import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The members of one tar archive of a backup, in order. */
final class TarMembers implements BackupMembers {
  private final String source;
  private final String prefix;
  private final TarReader tar;
  private final BackupFolder.SideFiles sideFiles;

  /**
   * Starts before the first member.
   *
   * @param prefix the prefix that turns the archive's paths into the backup's
   * @param tar closed at the end
   */
  TarMembers(String source, String prefix, TarReader tar, BackupFolder.SideFiles sideFiles) {
    this.source = source;
    this.prefix = prefix;
    this.tar = tar;
    this.sideFiles = sideFiles;
  }

  @Override
  public Optional<TarMember> next() throws IOException {
    for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
      TarMember member = next.get().at(prefix + next.get().path());
      if (!isSideFile(member)) {
        return Optional.of(member);
      }
      sideFiles.take(member.path(), tar.content());
    }
    return Optional.empty();
  }

  private static boolean isSideFile(TarMember member) {
    return BackupFolder.SIGNALS.contains(member.path())
        || member.kind() == TarMember.Kind.FILE
            && member.path().startsWith(BackupFolder.WAL_DIRECTORY);
  }

  @Override
  public InputStream content() {
    return tar.content();
  }

  @Override
  public boolean isListed() {
    return true;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
