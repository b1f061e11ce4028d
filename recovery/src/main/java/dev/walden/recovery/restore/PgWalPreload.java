package dev.walden.recovery.restore;

import dev.walden.archive.ArchiveStore;
import dev.walden.files.DurableFiles;
import dev.walden.recovery.path.TakenTimelines;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Puts the planned WAL into {@code pg_wal}, for a server without access to the archive. A {@code
 * .done} file beside each, as the server makes it, keeps it from being archived again.
 *
 * <p>Source: {@code src/backend/access/transam/xlogarchive.c}.
 */
record PgWalPreload(ArchiveStore archive, RecoveryPlan plan, BackupUnpacker sink, Path pgWal) {
  /** A history without ancestors, to PostgreSQL: no server goes along that timeline. */
  private static final String STAND_IN =
      "# Walden: the history of this timeline is not archived, but its number is taken\n";

  List<Callable<Void>> tasks() throws IOException {
    Set<WalFileName> files = new LinkedHashSet<>();
    for (WalFileName.History history : plan.historyFiles()) {
      // recovery reads the target's alone; those of its ancestors may never have been archived
      if (history.timeline().equals(plan.timeline()) || archive.contains(history)) {
        files.add(history);
      }
    }
    // by these a server sees which timelines there are, and which numbers are taken
    Set<WalFileName> unknown = new LinkedHashSet<>();
    TakenTimelines taken = TakenTimelines.of(archive);
    for (TimelineId from : List.of(plan.backup().endTimeline(), plan.timeline())) {
      for (WalFileName.History history : taken.after(from)) {
        (archive.contains(history) ? files : unknown).add(history);
      }
    }
    plan.segments().forEach(segment -> files.add(segment.fileName()));
    return Stream.concat(
            files.stream().<Callable<Void>>map(name -> () -> fetch(name)),
            unknown.stream().<Callable<Void>>map(name -> () -> standIn(name)))
        .toList();
  }

  private Void fetch(WalFileName name) throws IOException {
    Path file = pgWal.resolve(name.toString());
    archive.fetch(name, file);
    RestoredFiles.setMode(file, RestoredFiles.fileMode(sink.mode()));
    DurableFiles.forceFile(file);
    return done(name);
  }

  private Void standIn(WalFileName name) throws IOException {
    RestoredFiles.replace(
        pgWal.resolve(name.toString()),
        STAND_IN.getBytes(StandardCharsets.US_ASCII),
        RestoredFiles.fileMode(sink.mode()));
    return done(name);
  }

  private Void done(WalFileName name) throws IOException {
    Path done = pgWal.resolve("archive_status").resolve(name + ".done");
    Files.createFile(done);
    RestoredFiles.setMode(done, RestoredFiles.fileMode(sink.mode()));
    return null;
  }
}
