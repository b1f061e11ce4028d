package dev.walden.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TablespaceMapTest {
  private static final String TEXT =
      "16384 /srv/fast disk\n4294967295  leading\\\\back\\\nline\\\rend\\\\\n";

  @Test
  void readsWhatAServerWrites() throws ArchiveException {
    TablespaceMap map = parse(TEXT);
    assertEquals(
        List.of(
            new TablespaceMap.Entry(16384, "/srv/fast disk"),
            new TablespaceMap.Entry(4294967295L, " leading\\back\nline\rend\\")),
        map.entries());
    assertArrayEquals(TEXT.getBytes(UTF_8), map.content());
  }

  @Test
  void isUsuallyEmpty() throws ArchiveException {
    assertEquals(List.of(), parse("").entries());
    assertEquals("", parse("").toString());
  }

  @Test
  void tablespacesMove() throws ArchiveException {
    TablespaceMap map = parse("1 /a\n2 /b\n3 /c\n");
    assertEquals("1 /a\n2 /new\\\\x\n3 /c\n", map.withLocations(Map.of(2L, "/new\\x")).toString());
    assertThrows(IllegalArgumentException.class, () -> map.withLocations(Map.of(4L, "/d")));
    assertThrows(IllegalArgumentException.class, () -> map.withLocations(Map.of(1L, "d")));
    assertThrows(IllegalArgumentException.class, () -> map.withLocations(Map.of(1L, "")));
    assertThrows(IllegalArgumentException.class, () -> map.withLocations(Map.of(1L, "/\0")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'1 /a~2 /b'    | 5",
        "'1 /a~~'       | 5",
        "'1 ~'          | 0",
        "'1~'           | 0",
        "'x /a~'        | 0",
        "'0 /a~'        | 0",
        "'01 /a~'       | 0",
        "'-1 /a~'       | 0",
        "'4294967296 /a~' | 0",
        "'1 /a@b~'      | 0",
        "'1 /a^~'       | 0",
        "'1 /a!~'       | 0",
        "'1 /a~1 /b~'   | -1",
      })
  void whatNoServerWritesIsRefused(String text, long offset) {
    String content =
        text.replace('~', '\n').replace('^', '\r').replace('!', '\0').replace("@", "\\");
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> parse(content));
    assertEquals("tablespace_map", e.file());
    assertEquals(offset, e.offset());
  }

  @Test
  void otherEncodingsAreUnsupported() {
    assertThrows(
        UnsupportedFormatException.class,
        () -> TablespaceMap.parse("tablespace_map", "1 /donn\u00e9es\n".getBytes(ISO_8859_1)));
  }

  @Test
  void aFileBeyondTheLimitIsRefused() throws ArchiveException {
    String line = "1 /" + "x".repeat(TablespaceMap.MAX_CONTENT - 4) + "\n";
    assertEquals(line, parse(line).toString());
    assertThrows(CorruptFileException.class, () -> parse("2 /\n" + line));
  }

  private static TablespaceMap parse(String text) throws ArchiveException {
    return TablespaceMap.parse("tablespace_map", text.getBytes(UTF_8));
  }
}
