package dev.walden.recovery.restore;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeIdentity;
import dev.walden.recovery.journey.TestPlace;
import dev.walden.storage.Storage;
import dev.walden.testing.FaultyStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code restore_command} for tests: the storage as {@link TestPlace} takes it, a key, what goes
 * wrong, {@code %f} and {@code %p}.
 */
public final class RestoreCommandProgram {
  static final String NO_KEY = "none";
  private static final int AHEAD = 4;

  private RestoreCommandProgram() {}

  /** What goes wrong. */
  public enum Trouble {
    NONE,
    /** The storage cannot tell whether there is a history file. */
    HISTORIES_UNKNOWN,
    /** The program dies of an error that nobody catches. */
    UNCAUGHT_ERROR,
    /** The server asks for something that no archive holds. */
    WRONG_NAME
  }

  public static void main(String[] arguments) {
    Trouble trouble = Trouble.valueOf(arguments[2]);
    if (trouble == Trouble.UNCAUGHT_ERROR) {
      throw new OutOfMemoryError("for the test");
    }
    String file = trouble == Trouble.WRONG_NAME ? "../" + arguments[3] : arguments[3];
    RestoreCommand.Answer answer =
        RestoreCommand.run(
            () -> open(arguments[0], arguments[1], trouble), file, Path.of(arguments[4]), AHEAD);
    System.err.println(answer.message());
    System.exit(answer.outcome().programExitCode());
  }

  private static ArchiveStore open(String place, String key, Trouble trouble) throws IOException {
    Storage storage = TestPlace.open(place);
    if (trouble == Trouble.HISTORIES_UNKNOWN) {
      FaultyStorage faulty = new FaultyStorage(storage, 1);
      faulty.fail(
          FaultyStorage.Operation.LIST,
          name -> name.endsWith(".history"),
          FaultyStorage.Fault.BEFORE_EFFECT);
      storage = faulty;
    }
    ArchiveSettings settings = ArchiveSettings.defaults();
    return ArchiveStore.open(
        storage, key.equals(NO_KEY) ? settings : settings.decryptWith(AgeIdentity.parse(key)));
  }

  /** The program and its arguments up to those that {@link RestoreCommand#shell} adds. */
  public static List<String> command(String place, String key, Trouble trouble) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(RestoreCommandProgram.class.getName());
    command.addAll(List.of(place, key, trouble.name()));
    return command;
  }
}
