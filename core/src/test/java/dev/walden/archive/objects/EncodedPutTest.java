package dev.walden.archive.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.codec.Codec;
import dev.walden.codec.Compression;
import dev.walden.codec.Decoder;
import dev.walden.codec.DecryptionKeys;
import dev.walden.codec.Encryption;
import dev.walden.codec.Provenance;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncodedPutTest {
  private static final String NAME = "wal/x.zst";

  @TempDir Path directory;

  static List<Storage> storages() {
    return List.of(new InMemoryStorage(), new Unconditional(new InMemoryStorage()));
  }

  private EncodedPut into(Storage storage) {
    return new EncodedPut(storage, new Codec(Compression.ZSTD, Encryption.none()), directory);
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aFullTemporaryDirectoryIsToBeWaitedFor() throws Exception {
    String[] mount = {"mount", "-t", "tmpfs", "-o", "size=9m", "tmpfs", directory.toString()};
    boolean mounted = new ProcessBuilder(mount).start().waitFor() == 0;
    if (!mounted) {
      System.out.println("not tried with a full disk: no small file system can be mounted here");
    }
    assumeTrue(mounted, "no small file system can be mounted");
    try {
      // what is too much comes as a large piece, or is left for the end
      for (int length : new int[] {20_000_000, (9 << 20) + 100_000}) {
        assertThrows(
            StorageUnavailableException.class,
            () ->
                into(new Unconditional(new InMemoryStorage()))
                    .put(NAME, ObjectSource.of(noise(length)), Optional.empty()));
        try (Stream<Path> left = Files.list(directory)) {
          assertEquals(0, left.count());
        }
      }
    } finally {
      new ProcessBuilder("umount", directory.toString()).start().waitFor();
    }
  }

  @ParameterizedTest
  @MethodSource("storages")
  void storesWhatIsReadAgain(Storage storage) throws IOException {
    for (int length : new int[] {1, 1 << 18, (1 << 18) + 1, 3_000_000, 20_000_000}) {
      byte[] plain = noise(length);
      String name = length + ".zst";
      assertEquals(
          PutOutcome.CREATED, into(storage).put(name, ObjectSource.of(plain), Optional.empty()));
      try (InputStream in =
          Decoder.decode(name, storage.open(name), DecryptionKeys.none(), length)) {
        assertArrayEquals(plain, in.readAllBytes());
      }
    }
    assertNothingIsLeftIn(directory);
  }

  @ParameterizedTest
  @MethodSource("storages")
  void overwritesNothing(Storage storage) throws IOException {
    into(storage).put(NAME, ObjectSource.of(noise(10)), Optional.empty());
    assertEquals(
        PutOutcome.EXISTS, into(storage).put(NAME, ObjectSource.of(noise(11)), Optional.empty()));
    try (InputStream in = Decoder.decode(NAME, storage.open(NAME), DecryptionKeys.none(), 10)) {
      assertArrayEquals(noise(10), in.readAllBytes());
    }
  }

  @ParameterizedTest
  @MethodSource("storages")
  void storesNothingOfASourceThatFails(Storage storage) throws IOException {
    assertThrows(
        IOException.class, () -> into(storage).put(NAME, new Breaking(20_000_000), noDigest()));
    assertEquals(Optional.empty(), storage.find(NAME));
    assertNothingIsLeftIn(directory);
  }

  private static Optional<Provenance> noDigest() {
    return Optional.empty();
  }

  private static void assertNothingIsLeftIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  /** Ends before its length. */
  private record Breaking(long length) implements ObjectSource {
    @Override
    public InputStream open() {
      return new ByteArrayInputStream(noise((int) length - 1));
    }
  }

  /** A storage whose commits might overwrite, so that only a put will do. */
  private record Unconditional(InMemoryStorage storage) implements Storage {
    @Override
    public PutOutcome put(String name, ObjectSource source) throws IOException {
      return storage.put(name, source);
    }

    @Override
    public ObjectWriter create(String name) {
      throw new AssertionError("a commit of " + name + " might overwrite");
    }

    @Override
    public InputStream open(String name, long offset, long length) throws IOException {
      return storage.open(name, offset, length);
    }

    @Override
    public Optional<StoredObject> find(String name) throws IOException {
      return storage.find(name);
    }

    @Override
    public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
      return storage.list(prefix, after, limit);
    }

    @Override
    public boolean delete(String name) throws IOException {
      return storage.delete(name);
    }

    @Override
    public StorageGuarantees guarantees() {
      return new StorageGuarantees(false);
    }

    @Override
    public void close() {}
  }
}
