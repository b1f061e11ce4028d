package dev.walden.recovery;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.storage.DurableFiles;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Puts the planned WAL into {@code pg_wal}, for a server that has no way to the archive. A {@code
 * .done} file beside each, as the server makes it, keeps it from being archived again.
 *
 * <p>Source: {@code src/backend/access/transam/xlogarchive.c}.
 */
record LocalWal(ArchiveStore archive, RecoveryPlan plan, FileSink sink, Path pgWal) {

  List<Callable<Void>> tasks() throws IOException {
    List<WalFileName> files = new ArrayList<>();
    for (WalFileName.History history : plan.historyFiles()) {
      // recovery reads the target's alone; those of its ancestors may never have been archived
      if (history.timeline().equals(plan.timeline()) || archive.contains(history)) {
        files.add(history);
      }
    }
    files.addAll(takenTimelines());
    plan.segments().forEach(segment -> files.add(segment.fileName()));
    return files.stream().<Callable<Void>>map(name -> () -> fetch(name)).toList();
  }

  /**
   * The histories by which the server sees which timelines are taken: at the end of recovery it
   * looks for those after the target's, up to the first that is missing, and takes that number.
   */
  private List<WalFileName> takenTimelines() throws IOException {
    List<WalFileName> taken = new ArrayList<>();
    WalFileName.History next = after(plan.timeline());
    while (archive.contains(next)) {
      taken.add(next);
      next = after(next.timeline());
    }
    return taken;
  }

  private static WalFileName.History after(TimelineId timeline) {
    return new WalFileName.History(new TimelineId(timeline.value() + 1));
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
