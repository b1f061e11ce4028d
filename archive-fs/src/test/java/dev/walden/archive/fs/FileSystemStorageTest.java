package dev.walden.archive.fs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import dev.walden.testing.StorageContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class FileSystemStorageTest implements StorageContract {
  private static final ObjectSource CONTENT = ObjectSource.of("content".getBytes(US_ASCII));

  @TempDir Path folder;

  @Override
  public Storage openStorage() throws IOException {
    return FileSystemStorage.createAt(root());
  }

  private Path root() {
    return folder.resolve("archive");
  }

  @Test
  void objectsAreOrdinaryFilesForOwnerAndGroup() throws Exception {
    try (Storage storage = openStorage()) {
      storage.put("wal/a", CONTENT);
    }
    assertEquals("content", Files.readString(root().resolve("wal/a")));
    assertEquals("rw-r-----", permissions("wal/a"));
    assertEquals("rwxr-x---", permissions("wal"));
    assertEquals(List.of(), drafts());
  }

  private String permissions(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root().resolve(name)));
  }

  @Test
  void aFolderWithoutTheMarkerIsNoEmptyArchive() throws Exception {
    assertUnavailable("no storage", () -> FileSystemStorage.at(root()));
    assertFalse(Files.exists(root()));
    try (Storage storage = openStorage()) {
      storage.put("wal/a", CONTENT);
      ObjectWriter writer = storage.create("late");

      Files.move(root(), folder.resolve("unmounted"));
      assertAllUnavailable(storage, "no storage");
      Files.createDirectory(root());
      assertAllUnavailable(storage, "no storage");
      assertUnavailable("no storage", () -> FileSystemStorage.at(root()));
      assertUnavailable("no storage", writer::commit);
      try (Stream<Path> files = Files.list(root())) {
        assertEquals(List.of(), files.toList());
      }

      Files.delete(root());
      Files.move(folder.resolve("unmounted"), root());
      writer.close();
      assertTrue(storage.find("wal/a").isPresent());
      assertEquals(PutOutcome.CREATED, storage.put("wal/b", CONTENT));
    }
  }

  private static void assertAllUnavailable(Storage storage, String reason) {
    assertUnavailable(reason, () -> storage.find("wal/a"));
    assertUnavailable(reason, () -> storage.find("absent"));
    assertUnavailable(reason, () -> storage.open("wal/a"));
    assertUnavailable(reason, () -> storage.list("", "", 10));
    assertUnavailable(reason, () -> storage.list("wal/", "", 10));
    assertUnavailable(reason, () -> storage.list("no/such/", "", 10));
    assertUnavailable(reason, () -> storage.delete("wal/a"));
    assertUnavailable(reason, () -> storage.put("wal/b", CONTENT));
    assertUnavailable(reason, () -> storage.create("wal/b"));
  }

  @Test
  void onlyAnEmptyFolderBecomesAStorage() throws Exception {
    Files.createDirectory(root());
    Files.createDirectory(root().resolve("lost+found"));
    Files.createDirectory(root().resolve("precious"));
    assertUnavailable("holds other files", () -> FileSystemStorage.createAt(root()));
    assertUnavailable(
        "no such file", () -> FileSystemStorage.createAt(folder.resolve("no/parent")));
    Files.delete(root().resolve("precious"));
    try (Storage storage = openStorage();
        Storage again = FileSystemStorage.at(root())) {
      storage.put("a", CONTENT);
      assertEquals(List.of(new StoredObject("a", 7)), again.list("", "", 10));
    }
    Files.delete(root().resolve(StorageRoot.MARKER));
    assertUnavailable("holds other files", () -> FileSystemStorage.createAt(root()));
  }

  @Test
  void theDraftOfASlowWriterStays() throws Exception {
    try (Storage storage = openStorage();
        ObjectWriter writer = storage.create("slow")) {
      writer.write(7);
      // a backup of two days, whose list of files is still in the buffers
      for (Path draft : drafts()) {
        Files.setLastModifiedTime(draft, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
      }
      try (Storage other = openStorage()) {
        other.put("a", CONTENT);
      }
      writer.commit();
      assertTrue(storage.find("slow").isPresent());
    }
  }

  @Test
  void draftsOfTheDeadAreNotSeenAndGoAfterAWeek() throws Exception {
    Path drafts = Files.createDirectories(root().resolve(Drafts.FOLDER));
    Path old = Files.writeString(drafts.resolve("old"), "half an obj");
    Files.setLastModifiedTime(
        old, FileTime.from(Instant.now().minus(Duration.ofHours(7 * 24 + 1))));
    Path young = Files.writeString(drafts.resolve("young"), "half an obj");
    Files.setLastModifiedTime(
        young, FileTime.from(Instant.now().minus(Duration.ofHours(7 * 24 - 1))));
    Path stray = Files.writeString(root().resolve(".nfs0001"), "not an object's name");
    try (Storage storage = openStorage()) {
      assertEquals(List.of(), storage.list("", "", 10));
      assertEquals(List.of(), storage.list(".drafts/", "", 10));
      storage.put("a", CONTENT);
      assertEquals(List.of(new StoredObject("a", 7)), storage.list("", "", 10));
    }
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young));
    assertTrue(Files.exists(stray));
  }

  @Test
  void aDraftIsGoneWhateverBecameOfIt() throws Exception {
    try (Storage storage = openStorage()) {
      try (ObjectWriter writer = storage.create("a")) {
        writer.write(1);
        assertEquals(1, drafts().size());
      }
      try (ObjectWriter writer = storage.create("a")) {
        writer.commit();
      }
      storage.put("a", CONTENT);
      assertThrows(ArchiveConflictException.class, () -> commit(storage, "a"));
    }
    assertEquals(List.of(), drafts());
  }

  @Test
  void linksAreRefusedWhereverTheyLead() throws Exception {
    try (Storage storage = openStorage()) {
      storage.put("wal/a", CONTENT);
      Path outside = Files.createDirectory(folder.resolve("outside"));
      Files.writeString(outside.resolve("secret"), "secret");
      Files.createSymbolicLink(root().resolve("out"), outside);
      Files.createSymbolicLink(root().resolve("wal/file"), outside.resolve("secret"));
      Files.createSymbolicLink(root().resolve("wal/dangling"), outside.resolve("absent"));
      for (String name : List.of("out/secret", "out/new", "out", "wal/file", "wal/dangling")) {
        assertUnavailable("symbolic link", () -> storage.find(name));
        assertUnavailable("symbolic link", () -> storage.open(name));
        assertUnavailable("symbolic link", () -> storage.delete(name));
        assertUnavailable("symbolic link", () -> storage.put(name, CONTENT));
        assertUnavailable("symbolic link", () -> commit(storage, name));
      }
      assertUnavailable("symbolic link", () -> storage.list("", "", 10));
      assertUnavailable("symbolic link", () -> storage.list("out/", "", 10));
      assertEquals(List.of(new StoredObject("wal/a", 7)), storage.list("wal/a", "", 10));
      try (Stream<Path> files = Files.list(outside)) {
        assertEquals(1, files.count());
      }
      assertEquals("secret", Files.readString(outside.resolve("secret")));
    }
  }

  @Test
  void aNameIsEitherAnObjectOrAFolder() throws Exception {
    try (Storage storage = openStorage()) {
      storage.put("a", CONTENT);
      storage.put("b/c", CONTENT);
      assertThrows(ArchiveConflictException.class, () -> storage.put("a/b", CONTENT));
      assertThrows(ArchiveConflictException.class, () -> storage.put("b", CONTENT));
      assertThrows(ArchiveConflictException.class, () -> commit(storage, "b"));
      assertEquals(Optional.empty(), storage.find("b"));
      assertThrows(NotArchivedException.class, () -> storage.open("b"));
      assertEquals(2, storage.list("", "", 10).size());
    }
  }

  @Test
  void aFileThatShrinksUnderItsReaderIsNoEarlyEnd() throws Exception {
    try (Storage storage = openStorage()) {
      storage.put("a", ObjectSource.of(new byte[3_000_000]));
      try (InputStream in = storage.open("a");
          FileChannel file = FileChannel.open(root().resolve("a"), StandardOpenOption.WRITE)) {
        assertEquals(0, in.read());
        file.truncate(2_000_000);
        assertUnavailable("truncated by 1000000 bytes", in::readAllBytes);
      }
    }
  }

  @Test
  void foldersRemovedByOthersAreMadeAgain() throws Exception {
    try (Storage storage = openStorage()) {
      storage.put("wal/1/a", CONTENT);
      storage.delete("wal/1/a");
      Files.delete(root().resolve("wal/1"));
      Files.delete(root().resolve("wal"));
      assertEquals(PutOutcome.CREATED, storage.put("wal/1/a", CONTENT));
      try (InputStream in = storage.open("wal/1/a")) {
        assertArrayEquals("content".getBytes(US_ASCII), in.readAllBytes());
      }
    }
  }

  private static void commit(Storage storage, String name) throws IOException {
    try (ObjectWriter writer = storage.create(name)) {
      writer.commit();
    }
  }

  private List<Path> drafts() throws IOException {
    try (Stream<Path> files = Files.list(root().resolve(Drafts.FOLDER))) {
      return files.toList();
    }
  }

  private static void assertUnavailable(String reason, Executable attempt) {
    StorageUnavailableException failure = assertThrows(StorageUnavailableException.class, attempt);
    assertTrue(failure.getMessage().contains(reason), failure::getMessage);
  }
}
