package dev.walden.importing;

import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** What one tar archive of a backup holds, in its order. */
final class TarMembers implements BackupMembers {
  private final String source;
  private final String prefix;
  private final TarReader tar;
  private final BackupFolder.Besides besides;

  /**
   * Begins.
   *
   * @param prefix of the paths in a backup that are those of the archive
   * @param tar closed in the end
   */
  TarMembers(String source, String prefix, TarReader tar, BackupFolder.Besides besides) {
    this.source = source;
    this.prefix = prefix;
    this.tar = tar;
    this.besides = besides;
  }

  @Override
  public Optional<TarMember> next() throws IOException {
    for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
      TarMember member = next.get().at(prefix + next.get().path());
      if (!isBesides(member)) {
        return Optional.of(member);
      }
      besides.take(member.path(), tar.content());
    }
    return Optional.empty();
  }

  private static boolean isBesides(TarMember member) {
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
