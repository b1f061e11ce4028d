package dev.walden.archive.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A file system of one megabyte that becomes full, read-only and unmounted. */
class SmallDiskTest {
  private static final ObjectSource SMALL = ObjectSource.of(new byte[1000]);
  private static final ObjectSource LARGE = ObjectSource.of(new byte[2_000_000]);

  @TempDir Path disk;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "walden-test", disk.toString()),
        "mounting a small file system is for root");
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  @Test
  void aFullDiskSaysSoAndTakesObjectsAgainWhenThereIsSpace() throws Exception {
    try (Storage storage = FileSystemStorage.createAt(disk)) {
      storage.put("wal/small", SMALL);
      assertUnavailable("No space left", () -> storage.put("wal/large", LARGE));
      assertUnavailable("No space left", () -> write(storage, "wal/large"));
      assertEquals(Optional.empty(), storage.find("wal/large"));
      assertEquals(List.of(new StoredObject("wal/small", 1000)), storage.list("", "", 10));
      try (Stream<Path> drafts = Files.list(disk.resolve(Drafts.FOLDER))) {
        assertEquals(0, drafts.count());
      }
      assertEquals(PutOutcome.CREATED, storage.put("wal/fits", ObjectSource.of(new byte[500_000])));
    }
  }

  private static void write(Storage storage, String name) throws IOException {
    try (ObjectWriter writer = storage.create(name)) {
      writer.write(new byte[2_000_000]);
      writer.commit();
    }
  }

  @Test
  void aReadOnlyDiskCanBeRead() throws Exception {
    try (Storage storage = FileSystemStorage.createAt(disk)) {
      storage.put("wal/a", SMALL);
    }
    assertTrue(run("mount", "-o", "remount,ro", disk.toString()));
    try (Storage storage = FileSystemStorage.at(disk)) {
      assertEquals(1, storage.list("", "", 10).size());
      storage.open("wal/a").close();
      assertEquals(PutOutcome.EXISTS, storage.put("wal/a", SMALL));
      assertUnavailable("Read-only", () -> storage.put("wal/b", SMALL));
      assertUnavailable("Read-only", () -> storage.delete("wal/a"));
      assertEquals(Optional.empty(), storage.find("wal/b"));
    }
  }

  @Test
  void anUnmountedDiskIsNoEmptyArchive() throws Exception {
    try (Storage storage = FileSystemStorage.createAt(disk)) {
      storage.put("wal/a", SMALL);
      assertTrue(run("umount", disk.toString()));
      assertTrue(Files.isDirectory(disk));
      assertUnavailable("no storage", () -> storage.find("wal/a"));
      assertUnavailable("no storage", () -> storage.list("", "", 1));
      assertUnavailable("no storage", () -> storage.put("wal/b", SMALL));
      assertUnavailable("no storage", () -> FileSystemStorage.at(disk));
      assertFalse(Files.exists(disk.resolve("wal")));
    }
  }

  static boolean run(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    Process process;
    try {
      process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException absent) {
      return false;
    }
    return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private static void assertUnavailable(String reason, Executable attempt) {
    StorageUnavailableException failure = assertThrows(StorageUnavailableException.class, attempt);
    assertTrue(failure.getMessage().contains(reason), failure::getMessage);
  }
}
