package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.importing.BackupImport;
import dev.walden.importing.WalImport;
import dev.walden.importing.WalImportReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Imports what other tools archived. */
@Command(
    name = "import",
    description = {
      "Imports what other tools archived: folders of WAL, then backups of pg_basebackup.",
      "Exits with 1 if a WAL file was refused. Run it again to add what is new."
    })
public final class ImportCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;
  @Spec private CommandSpec spec;

  @Option(
      names = "--wal",
      paramLabel = "FOLDER",
      description = "of archive_command = 'cp …', of pg_receivewal, or a lost server's pg_wal")
  private List<Path> wal = new ArrayList<>();

  @Option(
      names = "--backup",
      paramLabel = "FOLDER",
      description = "of pg_basebackup, plain or tar, with its backup_manifest")
  private List<Path> backups = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    if (wal.isEmpty() && backups.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--wal or --backup says what to import");
    }
    ClusterIdentity identity =
        wal.isEmpty() ? BackupImport.identity(backups.get(0)) : WalImport.identity(wal.get(0));
    boolean refused = false;
    try (ArchiveStore store = archive.openOrCreate(identity)) {
      for (Path folder : wal) {
        WalImportReport report = WalImport.run(folder, store);
        print(folder, report);
        refused |= !report.refused().isEmpty();
      }
      for (Path folder : backups) {
        BaseBackup backup = BackupImport.run(folder, store);
        System.out.printf(
            "%s: backup %s, consistent at %s%n", folder, backup.id(), backup.endLsn());
      }
    }
    return refused ? 1 : 0;
  }

  private static void print(Path folder, WalImportReport report) {
    System.out.printf(
        "%s: %d imported, %d archived before, %d refused, %d are no WAL%n",
        folder,
        report.archived(),
        report.alreadyArchived(),
        report.refused().size(),
        report.passedOver().size());
    report.beginnings().forEach(name -> System.out.println("  not whole: " + name));
    report
        .refused()
        .forEach(file -> System.out.println("  refused: " + file.file() + ": " + file.reason()));
  }
}
