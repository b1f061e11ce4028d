package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.importing.BackupImport;
import dev.walden.importing.WalImport;
import dev.walden.importing.WalImportReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Imports other tools' archives. */
@Command(
    name = "import",
    description = {
      "Import other tools' archives: folders of WAL, then backups of pg_basebackup.",
      "Exits with 1 if a WAL file was rejected. Run it again to add new files."
    })
public final class ImportCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Mixin private ArchiveOptions archive;
  @Spec private CommandSpec spec;

  @Option(
      names = "--wal",
      paramLabel = "FOLDER",
      description = "a folder of archive_command = 'cp …', of pg_receivewal, or a lost pg_wal")
  private List<Path> wal = new ArrayList<>();

  @Option(
      names = "--backup",
      paramLabel = "FOLDER",
      description = "a backup of pg_basebackup, plain or tar, with its backup_manifest")
  private List<Path> backups = new ArrayList<>();

  @Option(
      names = "--on-left-out",
      paramLabel = "HOW",
      description = {
        "if a backup lacks parts of the cluster: refuse (default), or record what it lacks and",
        "import it"
      })
  private OnLeftOut onLeftOut = OnLeftOut.refuse;

  @Override
  public Integer call() throws IOException {
    if (wal.isEmpty() && backups.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--wal or --backup is required");
    }
    ClusterIdentity identity =
        wal.isEmpty() ? BackupImport.identity(backups.get(0)) : WalImport.identity(wal.get(0));
    boolean refused = false;
    try (ArchiveStore store = archive.openOrCreate(identity)) {
      for (Path folder : wal) {
        WalImportReport report = WalImport.run(folder, store.patient(PATIENCE));
        print(folder, report);
        refused |= !report.refused().isEmpty();
      }
      for (Path folder : backups) {
        BaseBackup backup = BackupImport.run(folder, store.patient(PATIENCE), onLeftOut.choice());
        System.out.printf(
            "%s: backup %s, consistent at %s%n", folder, backup.id(), backup.endLsn());
        backup.warnings().forEach(warning -> System.out.println("  warning: " + warning));
      }
    }
    return refused ? 1 : 0;
  }

  private static void print(Path folder, WalImportReport report) {
    System.out.printf(
        "%s: %d imported, %d already archived, %d rejected, %d not WAL%n",
        folder,
        report.archived(),
        report.alreadyArchived(),
        report.refused().size(),
        report.passedOver().size());
    report.beginnings().forEach(name -> System.out.println("  incomplete: " + name));
    report
        .refused()
        .forEach(file -> System.out.println("  rejected: " + file.file() + ": " + file.reason()));
  }
}
