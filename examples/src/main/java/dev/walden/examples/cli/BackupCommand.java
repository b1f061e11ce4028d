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

/** Takes a base backup. */
@Command(
    name = "backup",
    description = "Take a base backup. WAL must be archived meanwhile: see receive, push.")
public final class BackupCommand implements Callable<Integer> {
  @Mixin private ServerOptions server;
  @Mixin private ArchiveOptions archive;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServerAddress address = server.address();
    try (ArchiveStore store = archive.openOrCreate(ServerIdentity.of(address))) {
      BaseBackup backup =
          BaseBackupTaker.of(address, store)
              .progress(
                  step ->
                      System.err.printf(
                          "%s %d MB%n",
                          step.phase().name().toLowerCase(Locale.ROOT), step.bytes() >> 20))
              .take();
      System.out.println(backup.id());
    }
    return 0;
  }
}
