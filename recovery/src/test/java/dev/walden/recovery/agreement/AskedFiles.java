package dev.walden.recovery.agreement;

import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveStore;
import dev.walden.recovery.restore.RestoreCommand;
import dev.walden.recovery.simulate.WalDelivery;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Answers a server's {@code restore_command} from within this process, so that no JVM starts for
 * each file, and writes down what it is asked for.
 */
final class AskedFiles implements AutoCloseable {
  private static final String END = "end";

  private final ArchiveStore archive;
  private final WalDelivery delivery;
  private final String command;
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  // opened in both directions, so that opening waits for nobody
  private final RandomAccessFile requests;
  private final RandomAccessFile answers;
  private final Thread answering;

  AskedFiles(ArchiveStore archive, WalDelivery delivery, Path folder)
      throws IOException, InterruptedException {
    this.archive = archive;
    this.delivery = delivery;
    Files.createDirectories(folder);
    Path in = folder.resolve("requests");
    Path out = folder.resolve("answers");
    new ProcessBuilder("mkfifo", in.toString(), out.toString()).inheritIO().start().waitFor();
    Path script = folder.resolve("ask.sh");
    String ask = "echo \"$1 $PWD/$2\" > '%s'; read status < '%s'; exit \"$status\"\n";
    Files.writeString(script, String.format(ask, in, out));
    command =
        delivery == WalDelivery.RESTORE_COMMAND
            ? RestoreCommand.shell(List.of("sh", script.toString()))
            : "sh '" + script + "' %f %p";
    requests = new RandomAccessFile(in.toFile(), "rw");
    answers = new RandomAccessFile(out.toFile(), "rw");
    answering = new Thread(this::answer, "asked-files");
    answering.setDaemon(true);
    answering.start();
  }

  /** The {@code restore_command}. */
  String command() {
    return command;
  }

  /** The files that the server asked for. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  private void answer() {
    try {
      for (String line = requests.readLine(); !line.equals(END); line = requests.readLine()) {
        int space = line.indexOf(' ');
        String name = line.substring(0, space);
        asked.add(name);
        int status = status(name, Path.of(line.substring(space + 1)));
        answers.write((status + "\n").getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int status(String name, Path target) throws IOException {
    return switch (delivery) {
      case PG_WAL -> 1;
      case RESTORE_COMMAND -> RestoreCommand.run(archive, name, target).outcome().programExitCode();
      case COPY -> copied(name, target) ? 0 : 1;
    };
  }

  private boolean copied(String name, Path target) throws IOException {
    try {
      archive.fetch(WalFileName.parse(name), target);
      return true;
    } catch (NotArchivedException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    requests.write((END + "\n").getBytes(StandardCharsets.US_ASCII));
    try {
      answering.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    requests.close();
    answers.close();
  }
}
