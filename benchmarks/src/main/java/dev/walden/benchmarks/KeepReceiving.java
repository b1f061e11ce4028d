package dev.walden.benchmarks;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.server.ServerAddress;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import java.io.IOException;
import java.nio.file.Path;

/** Receives WAL into a new archive until the process is told to end. */
public final class KeepReceiving {
  private KeepReceiving() {}

  /**
   * Arguments: URL, slot, new folder, {@code segment}, {@code spool} or {@code tail}, and a {@link
   * WrittenAs}.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ServerAddress server = ServerAddress.of(arguments[0]);
    Path folder = Path.of(arguments[2]);
    try (ArchiveStore archive =
        ArchiveStore.openOrCreate(
            FileSystemStorage.createAt(folder.resolve("archive")),
            WrittenAs.parse(arguments[4]).settings(),
            ServerIdentity.of(server))) {
      WalReceiver.Builder builder = WalReceiver.from(server).into(archive).slot(arguments[1]);
      if (arguments[3].equals("spool")) {
        builder.spool(folder.resolve("spool"));
      }
      if (arguments[3].equals("tail")) {
        builder.tail();
      }
      try (WalReceiver receiver = builder.start()) {
        receiver.await();
      }
    }
  }
}
