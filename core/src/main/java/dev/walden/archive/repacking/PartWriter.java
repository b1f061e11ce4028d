package dev.walden.archive.repacking;

import dev.walden.archive.NewBackup;
import dev.walden.backup.BackupObject;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarWriter;
import dev.walden.storage.ObjectSource;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongFunction;

/**
 * Cuts a stream of files into parts: tar archives of whole files, of about one size. Encoding
 * happens in a thread of its own while the caller already reads on, and storing what was encoded in
 * another. Parts become durable in a third, piece by piece while they are stored, and at their end
 * while the next one is stored: otherwise the server would wait for the disk.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a pipeline keeps its steps' failures
final class PartWriter implements Closeable {
  private static final long FORCE_EVERY = 32 << 20;

  private final NewBackup backup;
  private final Pipeline encoding;
  private final Pipeline storing;
  private final Pipeline finishing;
  private final long partSize;
  private final List<BackupObject> finished = new ArrayList<>();
  private final Set<NewBackup.Writer> unfinished = ConcurrentHashMap.newKeySet();

  /** The source of the part, if it is to be had elsewhere. */
  private Optional<LongFunction<ObjectSource>> elsewhere = Optional.empty();

  private Optional<Part> current = Optional.empty();

  /** When the part before is durable; for the storing thread. */
  private Future<?> before = CompletableFuture.completedFuture(null);

  private long partBytes;
  private long unforced;
  private int number;

  private record Part(TarWriter tar, NewBackup.Writer object) {}

  PartWriter(NewBackup backup, ThreadFactory threads, long partSize) {
    this.backup = backup;
    this.encoding = new Pipeline(threads);
    this.storing = new Pipeline(threads);
    this.finishing = new Pipeline(threads);
    this.partSize = partSize;
  }

  /** Begins a part that is to be had elsewhere, too. */
  void beginPart(LongFunction<ObjectSource> source) throws IOException {
    finishPart();
    elsewhere = Optional.of(source);
  }

  /** Begins a member, in a new part if the current one is full; the part's number. */
  int begin(TarMember member) throws IOException {
    if (elsewhere.isEmpty() && partBytes > 0 && partBytes + member.size() > partSize) {
      finishPart();
    }
    if (current.isEmpty()) {
      current = Optional.of(newPart());
    }
    current.get().tar().begin(member);
    partBytes += member.size();
    return number;
  }

  private Part newPart() throws IOException {
    number++;
    String name = String.format(Locale.ROOT, "%05d.tar", number);
    NewBackup.Writer object =
        elsewhere.isEmpty()
            ? backup.createPart(name, storing::feeding)
            : backup.createReference(name, elsewhere.get());
    unfinished.add(object);
    return new Part(new TarWriter(encoding.feeding(object)), object);
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    Part part = current.orElseThrow();
    part.tar().write(bytes, offset, length);
    unforced += length;
    if (unforced >= FORCE_EVERY) {
      unforced = 0;
      encoding.submit(() -> storing.submit(() -> finishing.submit(part.object()::force)));
    }
  }

  void end() throws IOException {
    current.orElseThrow().tar().end();
  }

  private void finishPart() throws IOException {
    if (current.isEmpty()) {
      return;
    }
    current.get().tar().finish();
    NewBackup.Writer full = current.get().object();
    current = Optional.empty();
    partBytes = 0;
    unforced = 0;
    encoding.submit(
        () -> {
          full.end();
          storing.submit(() -> finishInTurn(full));
        });
  }

  /** One part at a time: storing does not get far ahead of what is durable. */
  private void finishInTurn(NewBackup.Writer full) throws IOException {
    Pipeline.await(before);
    before = finishing.submit(() -> finish(full));
  }

  private void finish(NewBackup.Writer full) throws IOException {
    try (full) {
      finished.add(full.finish());
    }
    unfinished.remove(full);
  }

  /** Finishes the last part and waits until all are durable. */
  List<BackupObject> finish() throws IOException {
    finishPart();
    encoding.drain();
    storing.drain();
    finishing.drain();
    return List.copyOf(finished);
  }

  /** Stops, and discards the parts that are not finished. */
  @Override
  public void close() throws IOException {
    try (finishing;
        storing) {
      encoding.close();
    } finally {
      for (NewBackup.Writer part : unfinished) {
        part.close();
      }
    }
  }
}
