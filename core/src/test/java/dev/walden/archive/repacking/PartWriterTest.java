package dev.walden.archive.repacking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.NewBackup;
import dev.walden.backup.BackupObject;
import dev.walden.backup.TarMember;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.Compression;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PartWriterTest {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(4711), WalSegmentSize.DEFAULT, PgVersion.PG_17);

  private final AtomicInteger open = new AtomicInteger();

  /** A storage whose objects cannot be written; it counts those that are open. */
  private Storage fullStorage() {
    return storage(this::unwritable);
  }

  private static Storage storage(Supplier<ObjectWriter> writers) {
    Storage storage = new InMemoryStorage();
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) ->
                method.getName().equals("create")
                    ? writers.get()
                    : method.invoke(storage, arguments));
  }

  private ObjectWriter unwritable() {
    open.incrementAndGet();
    return new ObjectWriter() {
      private boolean closed;

      @Override
      public void commit() throws IOException {
        throw new StorageUnavailableException("the disk is full");
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        throw new StorageUnavailableException("the disk is full");
      }

      @Override
      public void close() {
        if (!closed) {
          open.decrementAndGet();
        }
        closed = true;
      }
    };
  }

  /** An object that cannot be made durable before its end. */
  private static ObjectWriter unforceable() {
    return new ObjectWriter() {
      @Override
      public void force() throws IOException {
        throw new StorageUnavailableException("the disk is lost");
      }

      @Override
      public void commit() {}

      @Override
      public void write(byte[] bytes, int offset, int length) {}

      @Override
      public void close() {}
    };
  }

  @Test
  void aPartThatCannotBeForcedWhileItIsWrittenFails() throws Exception {
    try (NewBackup backup = archive(storage(PartWriterTest::unforceable)).newBackup(Instant.EPOCH);
        PartWriter parts = new PartWriter(backup, Thread::new, 1 << 20)) {
      byte[] bytes = new byte[32 << 20];
      parts.begin(new TarMember("file", TarMember.Kind.FILE, 0600, bytes.length, Instant.EPOCH));
      parts.write(bytes, 0, bytes.length);
      parts.end();
      assertThrows(StorageUnavailableException.class, parts::finish);
    }
  }

  private static ArchiveStore archive(Storage storage) throws IOException {
    return ArchiveStore.openOrCreate(
        storage, ArchiveSettings.defaults().compression(Compression.NONE), CLUSTER);
  }

  /** Each encrypted part begins with a header, and many are begun before the first is stored. */
  @Tag("long")
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manySmallEncryptedPartsAreStoredWhole() throws Exception {
    AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
    DecryptionKeys keys = DecryptionKeys.of(List.of(identity));
    Storage storage = new InMemoryStorage();
    ArchiveStore archive =
        ArchiveStore.openOrCreate(
            storage,
            ArchiveSettings.defaults()
                .compression(Compression.NONE)
                .encryptTo(identity.recipient()),
            CLUSTER);
    List<BackupObject> written;
    try (NewBackup backup = archive.newBackup(Instant.EPOCH);
        PartWriter parts = new PartWriter(backup, Thread::new, 1 << 20)) {
      for (int i = 0; i < 40; i++) {
        byte[] bytes = new byte[i % 10 == 0 ? 12 << 20 : 900_000];
        parts.begin(
            new TarMember("file" + i, TarMember.Kind.FILE, 0600, bytes.length, Instant.EPOCH));
        parts.write(bytes, 0, bytes.length);
        parts.end();
      }
      written = parts.finish();
      assertEquals(40, written.size());
      for (BackupObject part : written) {
        StoredObject object =
            storage.list("", "", 1000).stream()
                .filter(o -> o.name().endsWith("/" + part.name()))
                .findFirst()
                .orElseThrow();
        assertEquals(part.storedBytes(), object.length(), part.name());
        String name = object.name();
        try (InputStream plain = Decoder.decode(name, storage.open(name), keys, 1 << 30)) {
          assertEquals(part.plainBytes(), plain.transferTo(OutputStream.nullOutputStream()), name);
        }
      }
    }
  }

  @Test
  void closesAPartThatWasCompleteBeforeItsWritingFailed() throws Exception {
    try (NewBackup backup = archive(fullStorage()).newBackup(Instant.EPOCH);
        PartWriter parts = write(backup)) {
      assertEquals(1, open.get(), parts + " has closed its part already");
    }
    assertEquals(0, open.get());
  }

  /** A writer whose only part was complete when storing it failed. */
  private static PartWriter write(NewBackup backup) throws IOException {
    PartWriter parts = new PartWriter(backup, Thread::new, 1 << 20);
    parts.begin(new TarMember("file", TarMember.Kind.FILE, 0600, 3, Instant.EPOCH));
    parts.write(new byte[3], 0, 3);
    parts.end();
    assertThrows(StorageUnavailableException.class, parts::finish);
    return parts;
  }
}
