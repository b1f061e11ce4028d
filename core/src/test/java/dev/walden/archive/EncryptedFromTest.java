package dev.walden.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.UnencryptedObjectException;
import dev.walden.codec.AgeIdentity;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive that is encrypted, in a storage to which somebody without a key can write. */
class EncryptedFromTest {
  private static final WalSegment FIRST = SampleWal.segment(1, 1);
  private static final WalSegment SECOND = SampleWal.segment(1, 2);

  @TempDir Path directory;

  private final InMemoryStorage storage = new InMemoryStorage();
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final ArchiveSettings encrypted =
      ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);

  private ArchiveStore open(ArchiveSettings settings) throws IOException {
    return ArchiveStore.openOrCreate(storage, settings, SampleWal.CLUSTER);
  }

  private static void push(ArchiveStore archive, WalSegment segment, long seed) throws IOException {
    archive.push(segment.fileName(), ObjectSource.of(SampleWal.bytes(segment, seed)));
  }

  /** Stores WAL as somebody without a key does. */
  private void forge(WalSegment segment, long seed) throws IOException {
    InMemoryStorage elsewhere = new InMemoryStorage();
    try (ArchiveStore forger =
        ArchiveStore.openOrCreate(elsewhere, ArchiveSettings.defaults(), SampleWal.CLUSTER)) {
      push(forger, segment, seed);
    }
    for (StoredObject object : elsewhere.list("", "", 100)) {
      if (object.name().contains("/wal/")) {
        storage.put(object.name(), ObjectSource.of(elsewhere.open(object.name()).readAllBytes()));
      }
    }
  }

  private void remove(WalSegment segment) throws IOException {
    for (StoredObject object : storage.list("", "", 100)) {
      if (object.name().contains(segment.toString())) {
        storage.delete(object.name());
      }
    }
  }

  private byte[] fetched(ArchiveStore archive, WalSegment segment) throws IOException {
    Path file = directory.resolve("fetched");
    Files.deleteIfExists(file);
    archive.fetch(segment.fileName(), file);
    return Files.readAllBytes(file);
  }

  @Test
  void anUnencryptedObjectBesideTheRightOneIsNotRead() throws IOException {
    try (ArchiveStore archive = open(encrypted)) {
      push(archive, FIRST, 1);
      forge(FIRST, 2);
      assertArrayEquals(SampleWal.bytes(FIRST, 1), fetched(archive, FIRST));
      assertArrayEquals(
          SampleWal.bytes(FIRST, 1), archive.open(FIRST).orElseThrow().readAllBytes());
      assertEquals(Optional.empty(), archive.inventory().unencrypted(FIRST));
      // and the server that archives it again is not told of a conflict
      push(archive, FIRST, 1);
    }
  }

  @Test
  void anUnencryptedObjectInsteadOfTheRightOneIsRefused() throws IOException {
    try (ArchiveStore archive = open(encrypted)) {
      push(archive, FIRST, 1);
      push(archive, SECOND, 1);
      remove(SECOND);
      forge(SECOND, 2);
      assertThrows(UnencryptedObjectException.class, () -> fetched(archive, SECOND));
      assertThrows(UnencryptedObjectException.class, () -> archive.open(SECOND));
      // never "not archived": a server would take that for the end of the WAL
      assertThrows(UnencryptedObjectException.class, () -> archive.contains(SECOND.fileName()));
      assertFalse(archive.inventory().contains(SECOND));
      assertTrue(archive.inventory().unencrypted(SECOND).isPresent());
      // even where the one asked for is gone, it says that there was more
      assertEquals(Optional.of(SECOND), archive.nextSegment(FIRST));
      assertEquals(Optional.of(SECOND), archive.inventory().next(FIRST));
    }
  }

  @Test
  void aHostThatOnlyEncryptsDoesNotTakeItForArchived() throws IOException {
    forge(FIRST, 2);
    try (ArchiveStore archive = open(ArchiveSettings.defaults().encryptTo(identity.recipient()))) {
      assertEquals(
          PushOutcome.ARCHIVED,
          archive.push(FIRST.fileName(), ObjectSource.of(SampleWal.bytes(FIRST, 1))));
    }
    try (ArchiveStore archive = open(encrypted)) {
      assertArrayEquals(SampleWal.bytes(FIRST, 1), fetched(archive, FIRST));
    }
  }

  @Test
  void anArchiveThatBeganUnencryptedSaysSinceWhenItIsNot() throws IOException {
    try (ArchiveStore began = open(ArchiveSettings.defaults())) {
      push(began, FIRST, 1);
    }
    try (ArchiveStore archive = open(encrypted)) {
      assertThrows(UnencryptedObjectException.class, () -> fetched(archive, FIRST));
    }
    try (ArchiveStore archive = open(encrypted.encryptedFrom(FIRST.end()))) {
      push(archive, SECOND, 1);
      assertArrayEquals(SampleWal.bytes(FIRST, 1), fetched(archive, FIRST));
      remove(SECOND);
      forge(SECOND, 1);
      assertThrows(UnencryptedObjectException.class, () -> fetched(archive, SECOND));
    }
    try (ArchiveStore archive = open(encrypted.acceptUnencrypted())) {
      assertArrayEquals(SampleWal.bytes(SECOND, 1), fetched(archive, SECOND));
    }
  }

  @Test
  void unencryptedPiecesNeverMakeATailShorterOrLonger() throws IOException {
    byte[] bytes = SampleWal.bytes(FIRST, 1);
    try (ArchiveStore archive = open(encrypted)) {
      archive.tail(FIRST).put(0, Arrays.copyOf(bytes, 9000));
      try (ArchiveStore forger = open(ArchiveSettings.defaults())) {
        forger.tail(FIRST).put(0, Arrays.copyOf(bytes, 8500));
        assertEquals(List.of(9000L), lengths(archive));
        forger.tail(FIRST).put(0, Arrays.copyOf(bytes, 9500));
      }
      assertTrue(archive.inventory().unencrypted(FIRST).isPresent());
      assertThrows(UnencryptedObjectException.class, () -> archive.open(FIRST));
    }
  }

  private static List<Long> lengths(ArchiveStore archive) throws IOException {
    return archive.inventory().tails().stream()
        .map(tail -> tail.end().minus(FIRST.start()))
        .toList();
  }

  @Test
  void historiesAreNeverEncrypted() throws IOException {
    try (ArchiveStore archive = open(encrypted)) {
      archive.push(
          WalFileName.parse("00000002.history"),
          ObjectSource.of(
              "1\t0/301E748\tno recovery target specified\n".getBytes(StandardCharsets.US_ASCII)));
      assertEquals(1, archive.histories().size());
      assertEquals(1, archive.inventory().histories().size());
    }
  }
}
