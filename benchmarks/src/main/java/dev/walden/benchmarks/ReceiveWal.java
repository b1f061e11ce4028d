package dev.walden.benchmarks;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.server.ServerAddress;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Receives WAL into a new archive until all before a position is archived. */
public final class ReceiveWal {
  private ReceiveWal() {}

  /** Arguments: URL, slot, new folder, end position, and a {@link WrittenAs}. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ServerAddress server = ServerAddress.of(arguments[0]);
    Lsn end = Lsn.parse(arguments[3]);
    try (ArchiveStore archive =
            ArchiveStore.openOrCreate(
                FileSystemStorage.createAt(Path.of(arguments[2])),
                WrittenAs.parse(arguments[4]).settings(),
                ServerIdentity.of(server));
        WalReceiver receiver = WalReceiver.from(server).into(archive).slot(arguments[1]).start()) {
      while (receiver.status().archived().isBefore(end)) {
        receiver.await(Duration.ofMillis(2));
      }
    }
  }
}
