package dev.walden.examples;

import dev.walden.examples.cli.BackupCommand;
import dev.walden.examples.cli.ImportCommand;
import dev.walden.examples.cli.IndexCommand;
import dev.walden.examples.cli.InfoCommand;
import dev.walden.examples.cli.InitCommand;
import dev.walden.examples.cli.KeygenCommand;
import dev.walden.examples.cli.PlanCommand;
import dev.walden.examples.cli.PointsCommand;
import dev.walden.examples.cli.PushCommand;
import dev.walden.examples.cli.PushSpoolCommand;
import dev.walden.examples.cli.ReceiveCommand;
import dev.walden.examples.cli.RepairCommand;
import dev.walden.examples.cli.RestoreCommandCommand;
import dev.walden.examples.cli.RestoreIntoCommand;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line; {@code walden help} lists the commands. */
@Command(
    name = "walden",
    description = "Archives PostgreSQL's WAL and restores a cluster to any point in time.",
    subcommands = {
      KeygenCommand.class,
      InitCommand.class,
      ReceiveCommand.class,
      PushCommand.class,
      PushSpoolCommand.class,
      ImportCommand.class,
      BackupCommand.class,
      InfoCommand.class,
      IndexCommand.class,
      RepairCommand.class,
      PointsCommand.class,
      PlanCommand.class,
      RestoreIntoCommand.class,
      RestoreCommandCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Walden {
  private static final int FAILED = 1;

  private Walden() {}

  /** Runs a command. Exits with 0 on success, 2 on wrong usage, 1 on failure. */
  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new Walden());
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          if (exception instanceof IOException || exception instanceof IllegalArgumentException) {
            command.getErr().println("walden: " + message(exception));
          } else {
            exception.printStackTrace(command.getErr());
          }
          return FAILED;
        });
    System.exit(commandLine.execute(arguments));
  }

  /** The JDK's exceptions about files often say no more than the path. */
  private static String message(Exception exception) {
    if (!(exception instanceof FileSystemException file) || file.getReason() != null) {
      return String.valueOf(exception.getMessage());
    }
    String what =
        file instanceof NoSuchFileException
            ? "no such file"
            : file instanceof FileAlreadyExistsException
                ? "exists already"
                : file instanceof AccessDeniedException
                    ? "permission denied"
                    : file instanceof DirectoryNotEmptyException ? "not empty" : "failed";
    return file.getMessage() + ": " + what;
  }
}
