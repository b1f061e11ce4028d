package dev.walden.recovery;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.codec.AgeRecipient;
import dev.walden.server.ServerAddress;
import dev.walden.server.WalReceiver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process that receives WAL until it is killed: the server, the folder, who may read it, and a
 * spool, unless the open segment is to be archived in pieces.
 */
final class ReceiverProgram {
  private ReceiverProgram() {}

  public static void main(String[] arguments) throws Exception {
    ServerAddress server = ServerAddress.of(arguments[0]);
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(AgeRecipient.parse(arguments[2]));
    try (ArchiveStore archive =
            ArchiveStore.openOrCreate(
                FileSystemStorage.at(Path.of(arguments[1])), settings, server.identity());
        WalReceiver receiver = receiver(server, archive, arguments)) {
      receiver.await();
    }
  }

  private static WalReceiver receiver(
      ServerAddress server, ArchiveStore archive, String[] arguments) throws IOException {
    WalReceiver.Builder builder = WalReceiver.from(server).into(archive).slot("walden");
    return (arguments.length > 3 ? builder.spool(Path.of(arguments[3])) : builder.tail()).start();
  }

  static Process start(
      String url, Path storage, AgeRecipient recipient, Optional<Path> spool, Path log)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ReceiverProgram.class.getName(),
                url,
                storage.toString(),
                recipient.toString()));
    spool.ifPresent(folder -> command.add(folder.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}
