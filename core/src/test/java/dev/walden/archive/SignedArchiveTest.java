package dev.walden.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UntrustedObjectException;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.backup.ObjectDigest;
import dev.walden.backup.WalRange;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgePassphrase;
import dev.walden.codec.Claim;
import dev.walden.codec.EncodingOutputStream;
import dev.walden.codec.Provenance;
import dev.walden.codec.WriterKey;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive whose storage's owner has the recipients, and forges with them. */
class SignedArchiveTest {
  private static final WalSegment FIRST = SampleWal.segment(1, 1);
  private static final WalSegment SECOND = SampleWal.segment(1, 2);

  @TempDir Path directory;

  private final InMemoryStorage storage = new InMemoryStorage();
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final WriterKey key = WriterKey.generate(new SecureRandom());
  private final ArchiveSettings unsigned =
      ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
  private final ArchiveSettings signed = unsigned.signWith(key).trustWriter(key.publicKey());

  private static ArchiveStore open(Storage storage, ArchiveSettings settings) throws IOException {
    return ArchiveStore.openOrCreate(storage, settings, SampleWal.CLUSTER);
  }

  private static void push(ArchiveStore archive, WalSegment segment, long seed) throws IOException {
    archive.push(segment.fileName(), ObjectSource.of(SampleWal.bytes(segment, seed)));
  }

  private byte[] fetched(ArchiveStore archive, WalSegment segment) throws IOException {
    Path file = directory.resolve("fetched");
    Files.deleteIfExists(file);
    archive.fetch(segment.fileName(), file);
    return Files.readAllBytes(file);
  }

  private void remove(String part) throws IOException {
    for (StoredObject object : storage.list("", "", 100)) {
      if (object.name().contains(part)) {
        storage.delete(object.name());
      }
    }
  }

  /** Replaces a segment with another one's object, or with the same one's by another writer. */
  private void replace(WalSegment segment, ArchiveSettings by, WalSegment source, long seed)
      throws IOException {
    remove(segment.toString());
    InMemoryStorage elsewhere = new InMemoryStorage();
    try (ArchiveStore forger = open(elsewhere, by)) {
      push(forger, source, seed);
    }
    for (StoredObject object : elsewhere.list("", "", 100)) {
      if (object.name().contains(source.toString())) {
        storage.put(
            object.name().replace(source.toString(), segment.toString()),
            ObjectSource.of(elsewhere.open(object.name()).readAllBytes()));
      }
    }
  }

  @Test
  void onlyWhatATrustedWriterSignedUnderThisNameIsRead() throws IOException {
    try (ArchiveStore archive = open(storage, signed)) {
      push(archive, FIRST, 1);
      assertArrayEquals(SampleWal.bytes(FIRST, 1), fetched(archive, FIRST));
      assertArrayEquals(
          SampleWal.bytes(FIRST, 1), archive.open(FIRST).orElseThrow().readAllBytes());
      push(archive, FIRST, 1);

      replace(FIRST, unsigned, FIRST, 2);
      requireRefused(archive, "is not signed by a trusted writer");
      replace(FIRST, unsigned.signWith(WriterKey.generate(new SecureRandom())), FIRST, 1);
      requireRefused(archive, "no trusted writer");
      replace(FIRST, signed, SECOND, 1);
      requireRefused(archive, "is of something else");
    }
  }

  private void requireRefused(ArchiveStore archive, String why) {
    String message =
        assertThrows(UntrustedObjectException.class, () -> fetched(archive, FIRST)).getMessage();
    assertTrue(message.contains(why) && message.contains(FIRST.toString()), message);
    assertThrows(
        UntrustedObjectException.class, () -> archive.open(FIRST).orElseThrow().readAllBytes());
    // a receiver must not be told that this is archived
    assertThrows(UntrustedObjectException.class, () -> push(archive, FIRST, 1));
  }

  /** The claim and its signature are copied from the right object; only the end tells. */
  private void forgeUnderASignedHeader() throws IOException {
    String name =
        new ArchiveLayout(SampleWal.CLUSTER.systemIdentifier()).walFile(FIRST.fileName())
            + ".zst.age";
    byte[] right = SampleWal.bytes(FIRST, 1);
    Claim claim = Claim.of(name, Sha256Companion.sha256(ObjectSource.of(right)));
    ByteArrayOutputStream forged = new ByteArrayOutputStream();
    try (EncodingOutputStream out =
        unsigned.codec().encode(forged, Provenance.of(claim, Optional.of(key)))) {
      out.write(SampleWal.bytes(FIRST, 2));
      out.finish();
    }
    storage.put(name, ObjectSource.of(forged.toByteArray()));
  }

  @Test
  void otherBytesUnderASignedHeaderAreRefused() throws IOException {
    try (ArchiveStore archive = open(storage, signed)) {
      forgeUnderASignedHeader();
      assertThrows(CorruptFileException.class, () -> fetched(archive, FIRST));
      assertThrows(
          CorruptFileException.class, () -> archive.open(FIRST).orElseThrow().readAllBytes());
    }
  }

  @Test
  void ofSeveralCopiesTheForgedOneIsNotRead() throws IOException {
    InMemoryStorage sound = new InMemoryStorage();
    open(storage, signed);
    forgeUnderASignedHeader();
    push(open(sound, signed), FIRST, 1);
    try (ArchiveStore archive =
        open(
            CopiedStorage.of().copy("forged", () -> storage).copy("sound", () -> sound).open(),
            signed)) {
      assertArrayEquals(
          SampleWal.bytes(FIRST, 1), archive.open(FIRST).orElseThrow().readAllBytes());
      assertArrayEquals(SampleWal.bytes(FIRST, 1), fetched(archive, FIRST));
    }
  }

  @Test
  void historiesAreSigned() throws IOException {
    ObjectSource history =
        ObjectSource.of(
            "1\t0/301E748\tno recovery target specified\n".getBytes(StandardCharsets.US_ASCII));
    WalFileName name = WalFileName.parse("00000002.history");
    TimelineId second = new TimelineId(2);
    try (ArchiveStore forger = open(storage, unsigned);
        ArchiveStore archive = open(storage, signed);
        ArchiveStore before = open(storage, signed.signedFrom(Lsn.parse("0/301E748")));
        ArchiveStore after = open(storage, signed.signedFrom(Lsn.parse("0/301E747")))) {
      forger.push(name, history);
      assertThrows(UntrustedObjectException.class, () -> archive.history(second));
      assertThrows(UntrustedObjectException.class, archive::inventory);
      assertThrows(UntrustedObjectException.class, () -> after.history(second));
      assertEquals(second, before.history(second).timeline());
      remove(".history");
      archive.push(name, history);
      assertEquals(second, archive.history(second).timeline());
      assertEquals(1, archive.inventory().histories().size());
    }
  }

  @Test
  void notesOfGapsAreSigned() throws IOException {
    RecordedGap gap =
        new RecordedGap(
            new WalRange(TimelineId.FIRST, FIRST.start(), FIRST.end()),
            Optional.empty(),
            "somebody says so");
    try (ArchiveStore forger = open(storage, unsigned);
        ArchiveStore archive = open(storage, signed)) {
      push(archive, SECOND, 1);
      forger.recordGap(gap);
      assertTrue(
          archive.inventory().gaps().stream()
              .noneMatch(noted -> noted.reason().contains("somebody")));
    }
  }

  @Test
  void anArchiveThatBeganUnsignedSaysSinceWhenItIs() throws IOException {
    try (ArchiveStore began = open(storage, unsigned)) {
      push(began, FIRST, 1);
    }
    try (ArchiveStore archive = open(storage, signed.signedFrom(FIRST.end()))) {
      assertArrayEquals(SampleWal.bytes(FIRST, 1), fetched(archive, FIRST));
      replace(SECOND, unsigned, SECOND, 1);
      assertThrows(UntrustedObjectException.class, () -> fetched(archive, SECOND));
    }
  }

  @Test
  void whatCannotBeSignedIsSaidAtOnce() throws IOException {
    for (ArchiveSettings settings :
        List.of(
            ArchiveSettings.defaults().signWith(key),
            ArchiveSettings.defaults()
                .passphrase(AgePassphrase.of("secret".toCharArray(), 10))
                .signWith(key))) {
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> open(storage, settings));
      assertTrue(refusal.getMessage().contains("recipients"), refusal::getMessage);
    }
    try (ArchiveStore archive = open(storage, signed)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> archive.newBackup(Instant.EPOCH, ObjectDigest.Algorithm.CRC32));
    }
  }
}
