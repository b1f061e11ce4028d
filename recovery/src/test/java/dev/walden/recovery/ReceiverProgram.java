package dev.walden.recovery;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.codec.AgeRecipient;
import dev.walden.server.ServerAddress;
import dev.walden.server.WalReceiver;
import java.nio.file.Path;
import java.util.List;

/** A process that receives WAL until it is killed: the server, the folder, who may read it. */
final class ReceiverProgram {
  private ReceiverProgram() {}

  public static void main(String[] arguments) throws Exception {
    ServerAddress server = ServerAddress.of(arguments[0]);
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(AgeRecipient.parse(arguments[2]));
    try (ArchiveStore archive =
            ArchiveStore.openOrCreate(
                FileSystemStorage.at(Path.of(arguments[1])), settings, server.identity());
        WalReceiver receiver =
            WalReceiver.from(server).into(archive).slot("walden").tail().start()) {
      receiver.await();
    }
  }

  static Process start(String url, Path storage, AgeRecipient recipient, Path log)
      throws Exception {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ReceiverProgram.class.getName(),
                url,
                storage.toString(),
                recipient.toString()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}
