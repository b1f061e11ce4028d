package dev.walden.archive.fs;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.files.DurableFiles;
import dev.walden.storage.ObjectNames;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/**
 * A storage in a folder of a local or network POSIX file system: every object is a file, whose path
 * below the folder is its name. Any number of processes and hosts may use it concurrently.
 *
 * <p>An object is written to a draft in the folder {@code .drafts}, synced, and then given its name
 * by a hard link, which fails if the name is taken. If the file system has no hard links, a file
 * lock replaces them. The directory entry is synced before success is reported. A process that dies
 * leaves at most a draft, which another one removes after a week. Large objects bypass the page
 * cache if the file system supports that.
 *
 * <p>A file {@code .walden-storage} in the folder proves that it is the storage and not, for
 * example, the mount point of an unmounted disk. Without it, nothing is reported as absent and
 * nothing is written. Symbolic links below the folder are rejected. Files and folders are
 * accessible to their owner, and readable by its group.
 *
 * <p>Interrupting a thread ends its reading and writing; but a hanging file system, such as NFS
 * mounted {@code hard}, cannot be interrupted.
 */
public final class FileSystemStorage implements Storage {
  private final StorageRoot root;
  private final Publication publication;
  private final DurableFolders folders;
  private final Drafts drafts;
  private final DirectWrites directWrites = new DirectWrites();

  FileSystemStorage(StorageRoot root, Publication publication) {
    this.root = root;
    this.publication = publication;
    this.folders = new DurableFolders(root);
    this.drafts = new Drafts(root, folders);
  }

  /**
   * Opens an existing storage.
   *
   * @throws StorageUnavailableException if there is none
   */
  public static FileSystemStorage at(Path folder) throws IOException {
    return in(StorageRoot.at(folder));
  }

  /**
   * Creates a storage in a folder, or opens the one that is there. Use this only to set up an
   * archive; otherwise use {@link #at}, which distinguishes an unmounted disk from an empty
   * archive.
   *
   * @param folder an empty folder, or a new one in an existing folder
   * @throws StorageUnavailableException if it holds other files, or cannot be created
   */
  public static FileSystemStorage createAt(Path folder) throws IOException {
    return in(StorageRoot.createAt(folder));
  }

  private static FileSystemStorage in(StorageRoot root) {
    return new FileSystemStorage(root, new HardLink(LockedRename.in(root)));
  }

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    ObjectNames.check(name);
    if (findObject(name).isPresent()) {
      syncEntry(name);
      return PutOutcome.EXISTS;
    }
    try (DraftWriter writer = draft(name)) {
      source.copyTo(writer);
      return writer.publish() ? PutOutcome.CREATED : PutOutcome.EXISTS;
    }
  }

  @Override
  public void makeDurable(String name) throws IOException {
    syncEntry(ObjectNames.check(name));
  }

  /** The object's creator may have failed before syncing its entry. */
  private void syncEntry(String name) throws IOException {
    try {
      Path folder = root.folder(name);
      folders.require(folder);
      DurableFiles.forceDirectory(folder);
    } catch (IOException e) {
      throw root.unavailable("sync " + name, e);
    }
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    return draft(ObjectNames.check(name));
  }

  private DraftWriter draft(String name) throws IOException {
    root.verify();
    try {
      return new DraftWriter(root, name, drafts.next(), directWrites, folders, publication);
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw root.unavailable("begin " + name, e);
    }
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    ObjectNames.check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative offset or length: " + offset + ", " + length);
    }
    if (findObject(name).isEmpty()) {
      throw notArchived(name);
    }
    try {
      FileChannel channel =
          FileChannel.open(root.resolve(name), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
      try {
        long from = Math.min(offset, channel.size());
        channel.position(from);
        return new ObjectReader(root, name, channel, Math.min(length, channel.size() - from));
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      root.verify();
      throw notArchived(name);
    } catch (IOException e) {
      throw root.unavailable("open " + name, e);
    }
  }

  private NotArchivedException notArchived(String name) {
    return new NotArchivedException(name + " is not in " + this);
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    return findObject(ObjectNames.check(name))
        .map(attributes -> new StoredObject(name, attributes.size()));
  }

  private Optional<BasicFileAttributes> findObject(String name) throws IOException {
    return root.look(name).filter(BasicFileAttributes::isRegularFile);
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be positive: " + limit);
    }
    try {
      List<StoredObject> page = new Listing(root, prefix, after, limit).page();
      root.verify();
      return List.copyOf(page);
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (IOException | DirectoryIteratorException e) {
      throw root.unavailable("list " + prefix, e);
    }
  }

  @Override
  public boolean delete(String name) throws IOException {
    if (findObject(ObjectNames.check(name)).isEmpty()) {
      return false;
    }
    try {
      Path file = root.resolve(name);
      boolean deleted = Files.deleteIfExists(file);
      DurableFiles.forceName(file);
      return deleted;
    } catch (IOException e) {
      throw root.unavailable("delete " + name, e);
    }
  }

  @Override
  public StorageGuarantees guarantees() {
    return new StorageGuarantees(true);
  }

  /** Does nothing: a storage holds no open resources. */
  @Override
  public void close() {}

  @Override
  public String toString() {
    return "folder " + root.path();
  }
}
