package dev.walden.archive.repacking;

import dev.walden.CorruptFileException;
import dev.walden.archive.NewBackup;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.BackupObject;
import dev.walden.backup.TarMember;
import dev.walden.backup.WalRange;
import dev.walden.storage.ObjectSource;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;

/**
 * Puts the files of a base backup, one after the other, into the parts of a new backup, and at the
 * end compares them with PostgreSQL's manifest. Memory is bounded, but for eight bytes of each
 * file. Used by one thread, which an interruption ends; it has three threads of its own.
 *
 * <p>{@link #close} ends what is unfinished, and must come before the {@link NewBackup} is closed.
 */
public final class BackupRepacking implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final NewBackup backup;
  private final PartWriter parts;
  private final NewBackup.Writer list;
  private final BackupFiles files;
  private final IntConsumer progress;
  private final ArrivedParts arrived = new ArrivedParts();

  /**
   * Begins.
   *
   * @param checksums the algorithm of the manifest to come
   * @param partSize at how many bytes of files a new part is begun
   * @param progress hears of bytes copied
   */
  public BackupRepacking(
      NewBackup backup,
      BackupChecksum.Algorithm checksums,
      long partSize,
      ThreadFactory threads,
      IntConsumer progress)
      throws IOException {
    this.backup = backup;
    this.progress = progress;
    this.list = backup.create("files.json");
    this.parts = new PartWriter(backup, threads, partSize);
    this.files = new BackupFiles(checksums, list);
  }

  /**
   * Begins a part in an archive that {@linkplain dev.walden.archive.ArchiveStore#keepsReferences
   * keeps references}, of any size, until the next one is begun.
   *
   * @param elsewhere the source, of a length, of all that will be added, as a tar archive
   */
  public void beginPart(LongFunction<ObjectSource> elsewhere) throws IOException {
    parts.beginPart(elsewhere);
  }

  /** Adds a directory. */
  public void addDirectory(TarMember directory) throws IOException {
    checkInterrupted();
    parts.begin(directory);
    arrived.add(directory);
    parts.end();
  }

  /**
   * Adds a file that stands next in the manifest.
   *
   * @param content exactly as many bytes as the file has; left open
   * @param source where it is from, for messages
   * @throws CorruptFileException if the content has another length
   */
  public void addFile(TarMember file, InputStream content, String source) throws IOException {
    add(file, content, source, true);
  }

  /** Adds a file of which the manifest says nothing. */
  public void addUnlisted(TarMember file, InputStream content, String source) throws IOException {
    add(file, content, source, false);
  }

  private void add(TarMember file, InputStream content, String source, boolean listed)
      throws IOException {
    checkInterrupted();
    int part = parts.begin(file);
    arrived.add(file);
    files.begin(file, part, listed);
    byte[] buffer = new byte[BUFFER];
    long copied = 0;
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      copied += n;
      if (copied > file.size()) {
        throw new CorruptFileException(
            source, file.path() + " has more than its " + file.size() + " bytes");
      }
      parts.write(buffer, 0, n);
      files.update(buffer, 0, n);
      progress.accept(n);
    }
    if (copied != file.size()) {
      throw new CorruptFileException(
          source, file.path() + " ends after " + copied + " of " + file.size() + " bytes");
    }
    files.end();
    parts.end();
  }

  /**
   * Makes all durable and compares it with the manifest, which is stored besides.
   *
   * @param manifest as PostgreSQL made it; closed here
   * @param mayDiffer paths of files that need not be as the manifest says
   * @param leftOut paths of files that were not added, whatever the manifest says
   * @throws CorruptFileException if another file is not
   */
  public RepackedBackup finish(InputStream manifest, Set<String> mayDiffer, Set<String> leftOut)
      throws IOException {
    List<BackupObject> written;
    BackupObject fileList;
    try (manifest) {
      written = parts.finish();
      files.finish();
      fileList = list.finish();
      try (NewBackup.Writer copy = backup.create(BackupManifestReader.FILE_NAME)) {
        List<WalRange> wal = files.compare(new TeeInputStream(manifest, copy), mayDiffer, leftOut);
        return new RepackedBackup(files.label(), wal, written, fileList, copy.finish(), arrived);
      }
    }
  }

  private static void checkInterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("the backup was interrupted");
    }
  }

  @Override
  public void close() throws IOException {
    // what the threads of the parts still put must be over before it is removed
    boolean interrupted = Thread.interrupted();
    try (list) {
      parts.close();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
