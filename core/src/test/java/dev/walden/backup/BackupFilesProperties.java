package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class BackupFilesProperties {
  private static final byte[] LABEL =
      """
      START WAL LOCATION: 0/2000028 (file 000000010000000000000002)
      CHECKPOINT LOCATION: 0/2000060
      BACKUP METHOD: streamed
      BACKUP FROM: primary
      START TIME: 2026-11-22 14:01:13 UTC
      LABEL: x
      START TIMELINE: 1
      INCREMENTAL FROM LSN: 0/1000028
      INCREMENTAL FROM TLI: 1
      """
          .getBytes(UTF_8);

  private static final byte[] MAP = "16384 /a\\\\b\n16385 /c\\\nd\n".getBytes(UTF_8);

  @Provide
  Arbitrary<List<TablespaceMap.Entry>> entries() {
    Arbitrary<String> paths =
        Arbitraries.strings().withChars("/\\\n\r aé").ofMinLength(1).ofMaxLength(9);
    return Combinators.combine(Arbitraries.longs().between(1, 0xFFFFFFFFL), paths)
        .as(TablespaceMap.Entry::new)
        .list()
        .uniqueElements(TablespaceMap.Entry::oid)
        .ofMaxSize(5);
  }

  @Property
  void mapsReadBack(@ForAll("entries") List<TablespaceMap.Entry> entries) throws ArchiveException {
    TablespaceMap map = new TablespaceMap(entries);
    assertEquals(map, TablespaceMap.parse("tablespace_map", map.content()));
  }

  @Property
  void damagedFilesAreReadOrRefusedByType(
      @ForAll @IntRange(max = 999) int at, @ForAll byte damage, @ForAll boolean ofMap)
      throws ArchiveException {
    byte[] content = ofMap ? MAP.clone() : LABEL.clone();
    content[at % content.length] = damage;
    readOrRefused(content);
  }

  @Property
  void junkIsReadOrRefusedByType(@ForAll byte[] junk, @ForAll @IntRange(max = 300) int behind)
      throws ArchiveException {
    byte[] map = Arrays.copyOf(MAP, Math.min(behind, MAP.length) + junk.length);
    System.arraycopy(junk, 0, map, map.length - junk.length, junk.length);
    readOrRefused(map);
    byte[] label = Arrays.copyOf(LABEL, Math.min(behind, LABEL.length) + junk.length);
    System.arraycopy(junk, 0, label, label.length - junk.length, junk.length);
    readOrRefused(label);
  }

  private static void readOrRefused(byte[] content) throws ArchiveException {
    try {
      assertArrayEquals(content, TablespaceMap.parse("x", content).content());
    } catch (CorruptFileException e) {
      assertEquals("x", e.file());
    } catch (UnsupportedFormatException e) {
      // a path that is not in UTF-8
    }
    try {
      assertArrayEquals(content, BackupLabel.parse("x", content).content());
    } catch (CorruptFileException e) {
      assertEquals("x", e.file());
    }
  }
}
