package dev.walden.recovery;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.storage.DurableFiles;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Puts the planned WAL into {@code pg_wal}, for a server that has no way to the archive. A {@code
 * .done} file beside each, as the server makes it, keeps it from being archived again.
 *
 * <p>Source: {@code src/backend/access/transam/xlogarchive.c}.
 */
record LocalWal(ArchiveStore archive, RecoveryPlan plan, FileSink sink, Path pgWal) {

  List<Callable<Void>> tasks() {
    return Stream.concat(
            plan.historyFiles().stream(), plan.segments().map(segment -> segment.fileName()))
        .<Callable<Void>>map(name -> () -> fetch(name))
        .toList();
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
