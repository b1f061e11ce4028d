package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

class WalOutlineProperties {

  /** Records straddle boundaries in all ways, with headers cut in two and segments switched. */
  @Property(tries = 150)
  void joiningInAnyOrderTellsTheSameAsOnePass(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    WrittenWal wal = RandomWal.write(random, false);
    List<WalOutline> outlines = wal.outlines();
    WalOutline all = Joining.fromTheLeft(outlines);
    WholePass pass = pass(wal);
    pass.assertTold(all);
    // with nothing behind it, a full segment does not end
    WalEnd.Reason full = WalEnd.Reason.MISSING_SEGMENT;
    assertEquals(pass.end().reason(), all.end().orElse(full));
    assertEquals(all, Joining.anyhow(outlines, random));
    List<WalOutline> condensed = outlines.stream().map(WalOutline::condensed).toList();
    assertEquals(all.condensed(), Joining.fromTheLeft(condensed).condensed());
  }

  /** What is too long to be kept is named, and nothing else is missing. */
  @Tag("long")
  @Property(tries = 150)
  void namesWhatItCannotTell(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    WrittenWal wal = RandomWal.write(random, true);
    List<WalOutline> outlines = wal.outlines();
    WalOutline all = Joining.fromTheLeft(outlines);
    assertEquals(all, Joining.anyhow(outlines, random));
    WholePass pass = pass(wal);
    assertEquals(pass.count(), all.recordCount());
    List<String> found = new ArrayList<>(all.events().stream().map(WholePass::text).toList());
    for (UnresolvedRecord record : all.unresolved()) {
      try (WalReader reader = reader(wal).from(record.lsn()).until(record.endLsn()).build()) {
        WholePass one = WholePass.of(reader);
        assertEquals(1, one.count());
        found.addAll(one.events());
      }
    }
    assertEquals(withoutReplaced(pass.events()), withoutReplaced(found));
  }

  // one record alone cannot tell
  private static List<String> withoutReplaced(List<String> events) {
    return events.stream().map(e -> e.replace(" replaced ", " dropped ")).sorted().toList();
  }

  @Tag("long")
  @Property(tries = 300)
  void damagedDocumentsAreRefused(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    byte[] json = WalOutlineJson.print(RandomWal.write(random, true).outlines());
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      json[random.nextInt(json.length)] =
          (byte) "0123456789{}[]\",:-aZ\0".charAt(random.nextInt(21));
    }
    try {
      assertTrue(!WalOutlineJson.parse("here", json).toString().isEmpty());
    } catch (CorruptFileException | UnsupportedFormatException e) {
      assertTrue(e.getMessage().contains("here") || e instanceof UnsupportedFormatException);
    }
  }

  @Property
  void junkIsNoDocument(@ForAll byte[] junk) {
    assertThrows(ArchiveException.class, () -> WalOutlineJson.parse("here", junk));
    byte[] other = "{\"format\": 2}".getBytes(StandardCharsets.UTF_8);
    assertThrows(UnsupportedFormatException.class, () -> WalOutlineJson.parse("here", other));
  }

  private static WalReader.Builder reader(WrittenWal wal) {
    return WalReader.builder(wal, WrittenWal.SIZE);
  }

  private static WholePass pass(WrittenWal wal) throws Exception {
    try (WalReader reader = reader(wal).from(WrittenWal.start()).build()) {
      return WholePass.of(reader);
    }
  }
}
