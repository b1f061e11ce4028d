package dev.walden.recovery.restore;

import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.FetchOutcome;
import dev.walden.recovery.path.ArchiveEnd;
import dev.walden.recovery.path.ArchiveEnd.Hole;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A {@code restore_command}: brings one file to a server that recovers.
 *
 * <p>PostgreSQL takes every exit status from 1 to 125 as "the archive does not hold this file":
 * where it expected a segment, the archived WAL ends there, and it promotes, and everything after
 * that is lost. Only a status above 125, or death by a signal, stops it ({@code
 * RestoreArchivedFile} in {@code src/backend/access/transam/xlogarchive.c}). So there is one reason
 * for 1: the file is proven absent, and nothing in the archive says that it should be there.
 * Everything else is 255, since PostgreSQL reports 126 and 127 as a command that cannot be run or
 * found.
 *
 * <p>A JVM that cannot start, runs out of memory or dies of an uncaught error exits with 1. The
 * program around this class must therefore never be the {@code restore_command} itself: it exits
 * with {@link Outcome#programExitCode}, where absence has a status of its own, and the shell line
 * that {@link #shell} makes translates that, and only that, to 1. See {@code
 * docs/decisions/0003-restore-command-exit-codes.md}.
 */
public final class RestoreCommand {
  private static final int MAX_AHEAD = 1000;

  /** What became of a request. */
  public enum Outcome {
    /** The file is in place, whole and verified. */
    DELIVERED(0, 0),
    /** The archive provably does not hold it, and nothing in it says that it should. */
    ABSENT(44, 1),
    /** Recovery must stop: damage, a wrong key, a hole, unavailable storage, or anything else. */
    FAILED(255, 255);

    private final int programExitCode;
    private final int restoreCommandExitCode;

    Outcome(int programExitCode, int restoreCommandExitCode) {
      this.programExitCode = programExitCode;
      this.restoreCommandExitCode = restoreCommandExitCode;
    }

    /** The exit status of a Java program, to be translated by {@link RestoreCommand#shell}. */
    public int programExitCode() {
      return programExitCode;
    }

    /** What the shell line exits with. */
    public int restoreCommandExitCode() {
      return restoreCommandExitCode;
    }
  }

  /**
   * The answer to a request.
   *
   * @param message one line for the server's log
   */
  public record Answer(Outcome outcome, String message) {}

  /** Opens the archive. */
  public interface Opening {
    ArchiveStore open() throws IOException;
  }

  private RestoreCommand() {}

  /**
   * Opens the archive, brings a file and closes the archive. An archive that cannot be opened is a
   * failure, never an absent file. Nothing is thrown but {@link Error}s.
   */
  public static Answer run(Opening opening, String fileName, Path target, int ahead) {
    try (ArchiveStore archive = opening.open()) {
      return run(archive, fileName, target, ahead);
    } catch (IOException | RuntimeException e) {
      return failed(fileName, e);
    }
  }

  /**
   * Brings a file, and with a segment those that follow it, so that a JVM is started for each few
   * segments only: the line of {@link #shell} finds them in {@code pg_wal/walden.spool}. They are
   * removed when the server asks for a history file, as it does at the end of recovery. Nothing is
   * thrown but {@link Error}s.
   *
   * @param fileName {@code %f}
   * @param target {@code %p}, relative to the data directory, in which the server runs the command
   * @param ahead how many more segments, 0 to 1000
   */
  public static Answer run(ArchiveStore archive, String fileName, Path target, int ahead) {
    if (ahead < 0 || ahead > MAX_AHEAD) {
      throw new IllegalArgumentException("not a number of segments: " + ahead);
    }
    Path folder = target.toAbsolutePath().resolveSibling(SegmentPrefetch.FOLDER);
    try {
      if (!(WalFileName.parse(fileName) instanceof WalFileName.Segment segment)) {
        SegmentPrefetch.clear(folder);
        return run(archive, fileName, target);
      }
      if (ahead == 0) {
        return run(archive, fileName, target);
      }
      WalSegment asked = segment.segment(archive.cluster().segmentSize());
      try (SegmentPrefetch following = new SegmentPrefetch(archive, folder, asked, ahead)) {
        Answer answer = run(archive, fileName, target);
        if (answer.outcome() == Outcome.DELIVERED) {
          following.await();
        }
        return answer;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(fileName, e);
    } catch (IOException | RuntimeException e) {
      return failed(fileName, e);
    }
  }

  /** Brings a file and nothing else; see {@link #run(ArchiveStore, String, Path, int)}. */
  public static Answer run(ArchiveStore archive, String fileName, Path target) {
    try {
      WalFileName name = WalFileName.parse(fileName);
      try {
        return delivered(archive, name, target);
      } catch (NotArchivedException e) {
        return absent(archive, name);
      }
    } catch (IOException | RuntimeException e) {
      return failed(fileName, e);
    }
  }

  private static Answer absent(ArchiveStore archive, WalFileName name) throws IOException {
    if (archive.contains(name)) {
      return new Answer(Outcome.FAILED, name + " is not archived, but it has appeared just now");
    }
    return ArchiveEnd.of(archive)
        .missing(name)
        .hole()
        .map(hole -> new Answer(Outcome.FAILED, hole.text()))
        .orElseGet(() -> new Answer(Outcome.ABSENT, name + " is not archived"));
  }

  /** Delivers a file; of a segment only the beginning, if nothing says that there was more. */
  private static Answer delivered(ArchiveStore archive, WalFileName name, Path target)
      throws IOException {
    if (archive.fetch(name, target) == FetchOutcome.WHOLE) {
      return new Answer(Outcome.DELIVERED, name + " delivered");
    }
    WalSegment segment = ((WalFileName.Segment) name).segment(archive.cluster().segmentSize());
    Optional<String> more =
        archive.contains(name)
            ? Optional.of(name + " was incomplete, but it has been completed just now")
            : ArchiveEnd.of(archive).incomplete(segment).hole().map(Hole::text);
    if (more.isEmpty()) {
      return new Answer(Outcome.DELIVERED, name + " delivered, as far as it is archived");
    }
    return archive.fetch(name, target) == FetchOutcome.BEGINNING
        ? new Answer(Outcome.FAILED, more.get())
        : new Answer(Outcome.DELIVERED, name + " delivered");
  }

  private static Answer failed(String fileName, Exception e) {
    return new Answer(Outcome.FAILED, "cannot bring " + fileName + ": " + e.getMessage());
  }

  /**
   * The {@code restore_command} that runs a program with {@code %f} and {@code %p} as its last two
   * arguments.
   *
   * @param program a program that exits with {@link Outcome#programExitCode}, and its first
   *     arguments; each is passed on exactly as it is
   */
  public static String shell(List<String> program) {
    // what was fetched ahead lies in the same file system, so that mv is atomic
    return "mv -f pg_wal/"
        + SegmentPrefetch.FOLDER
        + "/%f %p 2>/dev/null && exit 0; "
        + words(program)
        + " %f %p; case $? in 0) exit 0;; 44) exit 1;; *) exit 255;; esac";
  }

  private static String words(List<String> program) {
    if (program.isEmpty()) {
      throw new IllegalArgumentException("no program");
    }
    return program.stream()
        .map(word -> "'" + word.replace("'", "'\\''").replace("%", "%%") + "'")
        .collect(Collectors.joining(" "));
  }
}
