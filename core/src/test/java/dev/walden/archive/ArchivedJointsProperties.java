package dev.walden.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.codec.AgeIdentity;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.RandomWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Segments that are pushed beside others, of one server and of two. */
class ArchivedJointsProperties {
  private static final Instant TIME = Instant.parse("2026-11-30T12:00:00Z");

  private static ArchiveStore archive(ArchiveSettings settings) throws IOException {
    return ArchiveStore.openOrCreate(new InMemoryStorage(), settings, SampleWal.CLUSTER);
  }

  private static byte[] bytes(GeneratedWal wal, WalSegment segment) throws IOException {
    try (InputStream in = wal.open(segment).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  private static void push(ArchiveStore archive, GeneratedWal wal, WalSegment segment)
      throws IOException {
    archive.push(segment.fileName(), ObjectSource.of(bytes(wal, segment)));
  }

  /** In any order, by another process at any time, on several timelines. */
  @Tag("long")
  @Property(tries = 60)
  void whatOneClusterWroteIsNeverRefused(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    GeneratedWal first = GeneratedWal.begin(SampleWal.CLUSTER, TIME);
    RandomWal written = new RandomWal(first, random, TIME).add(80);
    List<GeneratedRecord> records = written.records();
    GeneratedRecord last = records.get(random.nextInt(records.size()));
    GeneratedWal second = first.fork().after(last).promoted(TIME);
    new RandomWal(second, random, TIME).add(60);
    GeneratedWal third = second.fork().recovered(TIME);
    new RandomWal(third, random, TIME).add(40);

    InMemoryStorage storage = new InMemoryStorage();
    ArchiveSettings settings =
        random.nextBoolean()
            ? ArchiveSettings.defaults()
            : ArchiveSettings.defaults().indexing(false);
    ArchiveStore archive = ArchiveStore.openOrCreate(storage, settings, SampleWal.CLUSTER);
    for (GeneratedWal wal : List.of(second, third)) {
      archive.push(wal.history().fileName(), ObjectSource.of(wal.history().content()));
    }
    List<WalSegment> all = new ArrayList<>(first.completeSegments());
    all.addAll(second.completeSegments());
    all.addAll(third.completeSegments());
    Collections.shuffle(all, random);
    for (WalSegment segment : all) {
      if (random.nextInt(5) == 0) {
        archive = ArchiveStore.open(storage, settings);
      }
      push(archive, third, segment);
    }
    assertEquals(all.size(), archive.inventory().segmentCount());
  }

  private static GeneratedWal server(int shared, String text) {
    GeneratedWal wal = GeneratedWal.begin(SampleWal.CLUSTER, TIME);
    for (int i = 0; i < shared; i++) {
      wal.message("both", new byte[3000]);
      wal.switchSegment();
    }
    for (int i = 0; i < 4; i++) {
      wal.message(text, new byte[1000]);
      wal.switchSegment();
    }
    return wal;
  }

  @Example
  void anotherServersSegmentIsRefusedOnEitherSide() throws Exception {
    GeneratedWal one = server(2, "one");
    GeneratedWal other = server(2, "another one that is longer");
    List<WalSegment> segments = one.completeSegments();
    for (ArchiveSettings settings :
        List.of(ArchiveSettings.defaults(), ArchiveSettings.defaults().indexing(false))) {
      ArchiveStore archive = archive(settings);
      for (int i : new int[] {0, 1, 2, 4}) {
        push(archive, one, segments.get(i));
      }
      // 3 has 2 before and 4 after; 5 has 4 before
      for (int i : new int[] {3, 5}) {
        WalSegment segment = segments.get(i);
        ArchiveConflictException conflict =
            assertThrows(ArchiveConflictException.class, () -> push(archive, other, segment));
        assertTrue(conflict.getMessage().contains("Nothing was archived"), conflict::toString);
        assertFalse(archive.contains(segment.fileName()));
        push(archive, one, segment);
      }
    }
  }

  /** An operator has removed it, and left its outline. */
  @Example
  void anOutlineThatOutlivedItsSegmentRefusesNothing() throws Exception {
    GeneratedWal one = server(1, "one");
    GeneratedWal other = server(1, "another one that is longer");
    List<WalSegment> segments = one.completeSegments();
    InMemoryStorage storage = new InMemoryStorage();
    ArchiveStore archive =
        ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), SampleWal.CLUSTER);
    push(archive, other, segments.get(0));
    push(archive, other, segments.get(1));
    storage.list("", "", 1000).stream()
        .map(object -> object.name())
        .filter(name -> name.contains("/wal/") && name.contains(segments.get(1).toString()))
        .forEach(storage::delete);
    for (ArchiveStore store :
        List.of(archive, ArchiveStore.open(storage, ArchiveSettings.defaults()))) {
      push(store, one, segments.get(1));
      push(store, one, segments.get(2));
    }
  }

  /** Without a key the header's digest tells of whole segments and whole pieces. */
  @Example
  void differencesAreFoundWithAndWithoutTheKey() throws Exception {
    GeneratedWal one = server(1, "one");
    GeneratedWal other = server(1, "two");
    WalSegment whole = one.completeSegments().get(1);
    WalSegment begun = one.completeSegments().get(2);
    AgeIdentity key = AgeIdentity.generate(new SecureRandom());
    ArchiveSettings encrypted = ArchiveSettings.defaults().encryptTo(key.recipient());
    InMemoryStorage storage = new InMemoryStorage();
    for (ArchiveSettings settings : List.of(encrypted, encrypted.decryptWith(key))) {
      ArchiveStore archive = ArchiveStore.openOrCreate(storage, settings, SampleWal.CLUSTER);
      push(archive, one, whole);
      if (archive.endOfPieces(begun).isEmpty()) {
        archive.tail(begun).put(0, Arrays.copyOf(bytes(one, begun), 900));
      }
      assertEquals(Optional.of(begun.start().plus(900)), archive.endOfPieces(begun));
      for (WalSegment segment : List.of(whole, begun)) {
        ObjectSource same = ObjectSource.of(bytes(one, segment));
        assertEquals(Optional.empty(), archive.difference(segment, same));
        WalDifference found =
            archive.difference(segment, ObjectSource.of(bytes(other, segment))).orElseThrow();
        assertTrue(found.object().contains(segment.toString()), found::toString);
        Lsn at = settings == encrypted ? segment.start() : firstDifference(one, other, segment);
        assertEquals(at, found.at());
      }
    }
  }

  private static Lsn firstDifference(GeneratedWal one, GeneratedWal other, WalSegment segment)
      throws IOException {
    return segment.start().plus(Arrays.mismatch(bytes(one, segment), bytes(other, segment)));
  }

  @Example
  void nothingIsHeldOfWhatIsNotArchived() throws Exception {
    ArchiveStore archive = archive(ArchiveSettings.defaults());
    WalSegment segment = new WalSegment(TimelineId.FIRST, 7, SampleWal.CLUSTER.segmentSize());
    assertEquals(Optional.empty(), archive.endOfPieces(segment));
    assertEquals(Optional.empty(), archive.difference(segment, ObjectSource.of(new byte[8192])));
  }
}
