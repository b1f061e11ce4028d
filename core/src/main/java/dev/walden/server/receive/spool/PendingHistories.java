package dev.walden.server.receive.spool;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.files.DurableFiles;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives histories. With a spool, those that the storage does not take now wait there, and what
 * is spooled waits for them. Safe for use by many threads.
 */
public final class PendingHistories {
  private static final Logger LOG = LoggerFactory.getLogger(PendingHistories.class);
  private static final String DRAFT = ".history-draft";

  private final ArchiveStore archive;
  private final Optional<Path> spool;
  private final Map<WalFileName.History, byte[]> pending = new TreeMap<>(BY_TIMELINE);

  /** Those that were seen in the archive, where nothing changes. */
  private final Set<TimelineId> archived = new HashSet<>();

  private final Map<TimelineId, byte[]> pushed = new HashMap<>();

  private static final Comparator<WalFileName.History> BY_TIMELINE =
      Comparator.comparing(WalFileName.History::timeline);

  /**
   * @param spool where histories may wait that cannot be archived; there may be some from before
   */
  public PendingHistories(ArchiveStore archive, Optional<Path> spool) throws IOException {
    this.archive = archive;
    this.spool = spool;
    if (spool.isPresent()) {
      load(spool.get());
    }
  }

  private void load(Path directory) throws IOException {
    for (WalFileName.History name : files(directory)) {
      pending.put(name, Files.readAllBytes(directory.resolve(name.toString())));
    }
  }

  /** Those that wait in a spool. */
  static List<WalFileName.History> files(Path spool) throws IOException {
    List<WalFileName.History> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(spool, "????????.history")) {
      for (Path file : files) {
        names.add((WalFileName.History) WalFileName.parse(file.getFileName().toString()));
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(spool + " holds files that are no spooled WAL", e);
    }
    return names;
  }

  /** Whether a history is known to be archived, or waits. */
  public synchronized boolean contains(TimelineId timeline) throws IOException {
    WalFileName.History name = new WalFileName.History(timeline);
    if (pending.containsKey(name) || archived.contains(timeline)) {
      return true;
    }
    try {
      if (archive.contains(name)) {
        archived.add(timeline);
      }
      return archived.contains(timeline);
    } catch (StorageUnavailableException e) {
      if (spool.isEmpty()) {
        throw e;
      }
      return false;
    }
  }

  public synchronized void push(TimelineId timeline, byte[] content) throws IOException {
    if (Arrays.equals(content, pushed.get(timeline))) {
      return;
    }
    WalFileName.History name = new WalFileName.History(timeline);
    try {
      archive.push(name, ObjectSource.of(content));
      pushed.put(timeline, content);
      archived.add(timeline);
    } catch (StorageUnavailableException e) {
      if (spool.isEmpty()) {
        throw e;
      }
      LOG.warn("{} is not archived yet: {}", name, e.getMessage());
      keep(spool.get(), name, content);
      pending.put(name, content);
    }
  }

  private static void keep(Path directory, WalFileName.History name, byte[] content)
      throws StorageUnavailableException {
    try {
      DurableFiles.replace(directory.resolve(name.toString()), directory.resolve(DRAFT), content);
    } catch (IOException e) {
      // a full disk has room again when segments are archived
      throw new StorageUnavailableException("the spool cannot take " + name + ": " + e, e);
    }
  }

  /** Archives those that wait. */
  public synchronized void settle() throws IOException {
    Iterator<Map.Entry<WalFileName.History, byte[]>> all = pending.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<WalFileName.History, byte[]> history = all.next();
      archive.push(history.getKey(), ObjectSource.of(history.getValue()));
      if (spool.isPresent()) {
        Files.deleteIfExists(spool.get().resolve(history.getKey().toString()));
      }
      all.remove();
    }
  }
}
