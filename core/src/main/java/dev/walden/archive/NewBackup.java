package dev.walden.archive;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.ReferenceWriter;
import dev.walden.archive.objects.RunningDigest;
import dev.walden.archive.objects.SmallObjects;
import dev.walden.backup.BackupId;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.BaseBackupJson;
import dev.walden.backup.ObjectDigest.Algorithm;
import dev.walden.codec.Codec;
import dev.walden.codec.EncodingOutputStream;
import dev.walden.codec.TrustedWriters;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A base backup being written. Nothing of it is a backup until {@link #commit} returns; {@link
 * #close} without a commit removes what was written. Its objects may be written by several threads,
 * each object by one at a time.
 */
public final class NewBackup implements Closeable {
  private final Storage storage;
  private final PlainObjects plain;
  private final Codec codec;
  private final ArchiveLayout layout;
  private final BackupId id;
  private final Algorithm partDigest;
  private final Queue<String> written = new ConcurrentLinkedQueue<>();
  private volatile boolean committed;

  NewBackup(
      Storage storage,
      ArchiveSettings settings,
      ArchiveLayout layout,
      BackupId id,
      Algorithm partDigest) {
    this.storage = storage;
    this.plain = new PlainObjects(storage, settings.signer(), TrustedWriters.anybody());
    this.codec = settings.codec();
    this.layout = layout;
    this.id = id;
    this.partDigest = partDigest;
  }

  public BackupId id() {
    return id;
  }

  /** Begins an object; {@code plainName} has no codec's suffix. */
  public Writer create(String plainName) throws IOException {
    return create(plainName, Algorithm.SHA256, out -> out);
  }

  /**
   * Begins a part: an object with the digest that was chosen for parts.
   *
   * @param storing a way to the storage, on which another thread may store what one encodes; then
   *     {@link Writer#end} comes first, and {@link Writer#finish} once all is stored
   */
  public Writer createPart(String plainName, UnaryOperator<OutputStream> storing)
      throws IOException {
    return create(plainName, partDigest, storing);
  }

  /**
   * Begins a part in an archive that {@linkplain ArchiveStore#keepsReferences keeps references}.
   *
   * @param elsewhere the source, of a length, of all that will be written
   */
  public Writer createReference(String plainName, LongFunction<ObjectSource> elsewhere)
      throws IOException {
    String objectName = layout.backupObject(id, plainName);
    ObjectWriter reference = new ReferenceWriter(storage, objectName, elsewhere);
    return writer(plainName, objectName, reference, partDigest, out -> out);
  }

  private Writer create(String plainName, Algorithm digest, UnaryOperator<OutputStream> storing)
      throws IOException {
    String name = plainName + codec.suffix();
    String objectName = layout.backupObject(id, name);
    return writer(name, objectName, storage.create(objectName), digest, storing);
  }

  private Writer writer(
      String name,
      String objectName,
      ObjectWriter object,
      Algorithm digest,
      UnaryOperator<OutputStream> storing)
      throws IOException {
    try {
      return new Writer(name, objectName, object, RunningDigest.of(digest), storing.apply(object));
    } catch (RuntimeException e) {
      object.close();
      throw e;
    }
  }

  /**
   * Makes the backup exist. The caller has made sure that the WAL it needs is archived.
   *
   * @throws StorageUnavailableException if that failed, or nobody can tell; then {@link #close}
   *     leaves everything as it is
   */
  public void commit(BaseBackup backup) throws IOException {
    if (!backup.id().equals(id)) {
      throw new IllegalArgumentException("this is backup " + id + ", not " + backup.id());
    }
    // from here on it is unknown whether backup.json exists
    committed = true;
    byte[] json = BaseBackupJson.print(backup);
    if (SmallObjects.put(plain, layout.backupJson(id), json) == Storage.PutOutcome.EXISTS
        && !BaseBackupJson.parse(
                layout.backupJson(id),
                SmallObjects.read(plain, layout.backupJson(id), BackupStore.MAX_JSON))
            .equals(backup)) {
      throw new ArchiveConflictException("another backup " + id + " exists in " + storage);
    }
  }

  /** Removes what was written, unless it was committed. */
  @Override
  public void close() throws IOException {
    if (!committed) {
      List<String> names = List.copyOf(written);
      written.clear();
      for (IOException failure : storage.deleteAll(names).values()) {
        throw failure;
      }
    }
  }

  /** An object of the backup: written plain, stored encoded. */
  public final class Writer extends OutputStream {
    private final String name;
    private final String objectName;
    private final ObjectWriter object;
    private final RunningDigest digest;
    private final OutputStream sink;
    private final boolean handedOn;
    private @Nullable EncodingOutputStream encoder;
    private long plainBytes;
    private long storedBytes;
    private boolean ended;

    private Writer(
        String name,
        String objectName,
        ObjectWriter object,
        RunningDigest digest,
        OutputStream stored) {
      this.name = name;
      this.objectName = objectName;
      this.object = object;
      this.digest = digest;
      this.handedOn = stored != object;
      this.sink =
          new FilterOutputStream(stored) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              digest.update(bytes, offset, length);
              out.write(bytes, offset, length);
              storedBytes += length;
            }

            @Override
            public void write(int b) throws IOException {
              write(new byte[] {(byte) b}, 0, 1);
            }
          };
    }

    /** Made by the thread that encodes: it may write a header at once. */
    private EncodingOutputStream encoder() throws IOException {
      if (encoder == null) {
        encoder = codec.encode(sink);
      }
      return encoder;
    }

    /** How many bytes were written. */
    public long plainBytes() {
      return plainBytes;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      encoder().write(bytes, offset, length);
      plainBytes += length;
    }

    /**
     * Makes durable what has reached the storage so far, so that less is left for {@link #finish}.
     * Another thread may call this while one writes.
     */
    public void force() throws IOException {
      object.force();
    }

    /** Hands what is left of the object on to the storage, after the last byte. */
    public void end() throws IOException {
      encoder().finish();
      ended = true;
    }

    /** Makes the object durable. */
    public BackupObject finish() throws IOException {
      if (!ended) {
        if (handedOn) {
          throw new IllegalStateException(name + " has no end yet");
        }
        end();
      }
      written.add(objectName);
      object.commit();
      return new BackupObject(name, plainBytes, storedBytes, digest.finish());
    }

    /** Discards the object unless it was finished. */
    @Override
    public void close() throws IOException {
      try {
        if (encoder != null) {
          encoder.close();
        }
      } finally {
        object.close();
      }
    }
  }
}
