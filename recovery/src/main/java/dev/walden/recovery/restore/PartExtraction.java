package dev.walden.recovery.restore;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import dev.walden.files.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Unpacks one part of a backup; when it returns, the files are durable and proven right. */
record PartExtraction(
    ArchiveStore archive, BaseBackup backup, BackupObject part, BackupUnpacker sink)
    implements Callable<Void> {

  @Override
  public Void call() throws IOException {
    List<Path> written = new ArrayList<>();
    try (InputStream in = archive.open(backup, part);
        TarReader tar = new TarReader(part.name(), in)) {
      Optional<TarMember> member = tar.next();
      while (member.isPresent()) {
        sink.take(part.name(), member.get(), tar.content()).ifPresent(written::add);
        member = tar.next();
      }
      // the digest of the part is checked at its very end, which the tar reader need not reach
      in.transferTo(OutputStream.nullOutputStream());
    }
    // all at once, when the system has written most of them already
    for (Path file : written) {
      DurableFiles.forceFile(file);
    }
    return null;
  }
}
