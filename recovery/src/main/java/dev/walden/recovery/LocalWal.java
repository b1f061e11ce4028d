package dev.walden.recovery;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.storage.DurableFiles;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Puts the planned WAL into {@code pg_wal}, for a server that has no way to the archive. A {@code
 * .done} file beside each, as the server makes it, keeps it from being archived again.
 *
 * <p>Source: {@code src/backend/access/transam/xlogarchive.c}.
 */
record LocalWal(ArchiveStore archive, RecoveryPlan plan, FileSink sink, Path pgWal) {

  List<Callable<Void>> tasks() throws IOException {
    Set<WalFileName> files = new LinkedHashSet<>();
    for (WalFileName.History history : plan.historyFiles()) {
      // recovery reads the target's alone; those of its ancestors may never have been archived
      if (history.timeline().equals(plan.timeline()) || archive.contains(history)) {
        files.add(history);
      }
    }
    // by these a server sees which timelines there are, and which numbers are taken
    TakenTimelines taken = new TakenTimelines(archive);
    for (TimelineId from : List.of(plan.backup().endTimeline(), plan.timeline())) {
      for (WalFileName.History history : taken.after(from)) {
        if (archive.contains(history)) {
          files.add(history);
        }
      }
    }
    plan.segments().forEach(segment -> files.add(segment.fileName()));
    return files.stream().<Callable<Void>>map(name -> () -> fetch(name)).toList();
  }

  private Void fetch(WalFileName name) throws IOException {
    Path file = pgWal.resolve(name.toString());
    archive.fetch(name, file);
    RestoredFiles.setMode(file, RestoredFiles.fileMode(sink.mode()));
    DurableFiles.forceFile(file);
    Path done = pgWal.resolve("archive_status").resolve(name + ".done");
    Files.createFile(done);
    RestoredFiles.setMode(done, RestoredFiles.fileMode(sink.mode()));
    return null;
  }
}
