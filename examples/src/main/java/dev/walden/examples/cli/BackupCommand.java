package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BaseBackup;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a base backup. */
@Command(
    name = "backup",
    description = "Take a base backup. WAL must be archived meanwhile: see receive, push.")
public final class BackupCommand implements Callable<Integer> {
  @Mixin private ServerOptions server;
  @Mixin private ArchiveOptions archive;

  @Option(
      names = "--on-left-out",
      paramLabel = "HOW",
      description = {
        "if the server leaves out parts of the cluster, such as a database whose directory is a",
        "symbolic link: refuse (default), or record what the backup lacks and keep it"
      })
  private OnLeftOut onLeftOut = OnLeftOut.refuse;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServerAddress address = server.address();
    try (ArchiveStore store = archive.openOrCreate(ServerIdentity.of(address))) {
      BaseBackup backup =
          BaseBackupTaker.of(address, store)
              .leftOutParts(onLeftOut.choice())
              .progress(
                  step ->
                      System.err.printf(
                          "%s %d MB%n",
                          step.phase().name().toLowerCase(Locale.ROOT), step.bytes() >> 20))
              .take();
      backup.warnings().forEach(warning -> System.err.println("warning: " + warning));
      System.out.println(backup.id());
    }
    return 0;
  }
}
