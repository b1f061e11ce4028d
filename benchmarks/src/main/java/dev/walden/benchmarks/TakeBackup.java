package dev.walden.benchmarks;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Takes a base backup into a new archive, and receives the WAL that it needs meanwhile; without
 * that it would not be a backup.
 */
public final class TakeBackup {
  private TakeBackup() {}

  /** Arguments: URL, slot, new folder, and a {@link WrittenAs}. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    WrittenAs written = WrittenAs.parse(arguments[3]);
    ServerAddress server = ServerAddress.of(arguments[0]);
    try (ArchiveStore archive =
            ArchiveStore.openOrCreate(
                FileSystemStorage.createAt(Path.of(arguments[2])),
                written.settings(),
                ServerIdentity.of(server));
        WalReceiver receiver =
            WalReceiver.from(server).into(archive).slot(arguments[1]).parallelism(1).start()) {
      BaseBackupTaker.of(server, archive).partDigest(written.digest()).take();
      receiver.status().trouble().ifPresent(System.err::println);
    }
  }
}
