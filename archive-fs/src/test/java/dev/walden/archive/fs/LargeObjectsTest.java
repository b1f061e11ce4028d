package dev.walden.archive.fs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that are written past the page cache, where the file system can do that. */
class LargeObjectsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      ints = {
        65_535,
        65_536,
        65_537,
        1_048_576,
        1_114_112,
        1_114_113,
        3_145_728,
        9_437_184,
        10_000_001
      })
  void largeObjectsPastThePageCacheAreTheSame(int size) throws Exception {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    try (Storage storage = FileSystemStorage.createAt(folder.resolve("archive"))) {
      for (int piece : Set.of(1000, 65_537, 70_001, 2_000_000)) {
        ByteArrayInputStream source = new ByteArrayInputStream(bytes);
        assertHolds(
            bytes,
            write(
                storage,
                "pieces/" + piece,
                writer -> {
                  for (byte[] some = source.readNBytes(piece);
                      some.length > 0;
                      some = source.readNBytes(piece)) {
                    writer.write(some, 0, some.length);
                  }
                }));
      }
      for (int from : List.of(0, 1, 512)) {
        ByteBuffer memory = ByteBuffer.allocateDirect(size + 12_288).alignedSlice(4096);
        ByteBuffer placed = memory.slice(from, size).put(bytes).flip();
        assertHolds(bytes, write(storage, "memory/" + from, writer -> writer.write(placed)));
      }
      ByteBuffer rest = ByteBuffer.allocateDirect(size - 5).put(bytes, 5, size - 5).flip();
      assertHolds(
          bytes,
          write(
              storage,
              "mixed",
              writer -> {
                writer.write(bytes, 0, 5);
                writer.write(rest);
              }));
    }
  }

  /** What cannot be written past the cache is tried through it, and says what is wrong. */
  @Test
  void aFullDiskSaysSo() throws Exception {
    Path image = folder.resolve("image");
    Path disk = Files.createDirectory(folder.resolve("disk"));
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(24 << 20);
    }
    assumeTrue(
        SmallDiskTest.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString())
            && SmallDiskTest.run("mount", "-o", "loop", image.toString(), disk.toString()),
        "mounting a small disk is for root");
    try (Storage storage = FileSystemStorage.createAt(disk)) {
      byte[] large = new byte[30 << 20];
      ByteBuffer memory =
          ByteBuffer.allocateDirect(large.length + 4095).alignedSlice(ObjectWriter.ALIGNMENT);
      assertFull(() -> write(storage, "pieces", writer -> writer.write(large, 0, large.length)));
      assertFull(() -> write(storage, "memory", writer -> writer.write(memory)));
      try (Stream<Path> drafts = Files.list(disk.resolve(Drafts.FOLDER))) {
        assertEquals(0, drafts.count());
      }
      assertEquals(List.of(), storage.list("", "", 10));
      ObjectSource fits = ObjectSource.of(new byte[15 << 20]);
      assertEquals(PutOutcome.CREATED, storage.put("fits", fits));
      assertEquals(15 << 20, Files.size(disk.resolve("fits")));
    } finally {
      SmallDiskTest.run("umount", disk.toString());
    }
  }

  private static void assertFull(Executable writing) {
    String message = assertThrows(StorageUnavailableException.class, writing).getMessage();
    assertTrue(message.contains("No space left"), message);
  }

  private interface Writing {
    void to(ObjectWriter writer) throws IOException;
  }

  private Path write(Storage storage, String name, Writing writing) throws IOException {
    try (ObjectWriter writer = storage.create(name)) {
      writing.to(writer);
      writer.commit();
    }
    return folder.resolve("archive").resolve(name);
  }

  private static void assertHolds(byte[] expected, Path file) throws IOException {
    assertEquals(-1, Arrays.mismatch(expected, Files.readAllBytes(file)), file.toString());
  }

  /** All but the end of a large object, by what the system says of its pages. */
  @Test
  void largeObjectsLeaveNothingInThePageCache() throws Exception {
    assumeTrue(fileSystem().matches("ext4|xfs"), "needs a file system known to do it");
    try (Storage storage = FileSystemStorage.createAt(folder.resolve("archive"))) {
      byte[] large = new byte[8 << 20];
      Path pieces = write(storage, "pieces", writer -> writer.write(large, 0, large.length));
      ByteBuffer memory =
          ByteBuffer.allocateDirect(large.length + 4095).alignedSlice(ObjectWriter.ALIGNMENT);
      Path whole = write(storage, "memory", writer -> writer.write(memory));
      assertEquals(0, cached(pieces));
      assertEquals(0, cached(whole));
    }
  }

  private String fileSystem() {
    try {
      return Files.getFileStore(folder).type();
    } catch (IOException e) {
      return "none that Java finds";
    }
  }

  private static long cached(Path file) throws Exception {
    Process fincore;
    try {
      fincore =
          new ProcessBuilder("fincore", "--bytes", "--noheadings", "-o", "RES", file.toString())
              .start();
    } catch (IOException absent) {
      return Assumptions.abort("needs fincore");
    }
    String bytes = new String(fincore.getInputStream().readAllBytes(), US_ASCII);
    assertTrue(fincore.waitFor(10, TimeUnit.SECONDS));
    return Long.parseLong(bytes.strip());
  }
}
