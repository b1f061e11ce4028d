package dev.walden.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no server sends; {@link TarWriterTest} has the rest. */
class TarReaderTest {
  private static final int MANY = 50_000;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private void add(String name, byte type, String content) throws IOException {
    begin(name, type, content, content.length());
    bytes.write(new byte[-content.length() & 511]);
  }

  private void begin(String name, byte type, String content, long size) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type);
    entry.setSize(size);
    byte[] header = new byte[512];
    entry.writeEntryHeader(header);
    bytes.write(header);
    bytes.write(content.getBytes(StandardCharsets.US_ASCII));
  }

  private InputStream archive() {
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private static String refused(InputStream archive) {
    TarReader reader = new TarReader("a.tar", archive);
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> readAll(reader));
    assertEquals("a.tar", e.file());
    return e.getMessage();
  }

  private static void readAll(TarReader reader) throws IOException {
    for (Optional<TarMember> next = reader.next(); next.isPresent(); next = reader.next()) {
      // its content is not wanted
    }
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_LINK,
        TarConstants.LF_SYMLINK,
        TarConstants.LF_CHR,
        TarConstants.LF_BLK,
        TarConstants.LF_FIFO,
        TarConstants.LF_GNUTYPE_SPARSE,
        'V'
      })
  void neitherAFileNorADirectory(byte type) throws IOException {
    add("base/1/1", type, "");
    String message = refused(archive());
    assertTrue(message.contains("\"base/1/1\" is neither a file nor a directory"), message);
  }

  @Test
  void longNamesInARow() throws IOException {
    for (int i = 0; i < MANY; i++) {
      add(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME, "");
    }
    assertTrue(refused(archive()).contains("the tar headers of one member"));
  }

  @Test
  void manyMembersWithLongNames() throws IOException {
    String name = "base/1/1".repeat(200);
    for (int i = 0; i < 1000; i++) {
      add(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME, name);
      add("short", TarConstants.LF_NORMAL, "x");
    }
    bytes.write(new byte[1024]);
    TarReader reader = new TarReader("a.tar", archive());
    for (int i = 0; i < 1000; i++) {
      assertEquals(name, reader.next().orElseThrow().path());
    }
    assertEquals(Optional.empty(), reader.next());
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_GNUTYPE_LONGNAME,
        TarConstants.LF_GNUTYPE_LONGLINK,
        TarConstants.LF_PAX_EXTENDED_HEADER_LC
      })
  void anEndlessHeader(byte type) throws IOException {
    begin("x", type, "999999999 path=", 1L << 30);
    byte[] more = new byte[64 << 20];
    Arrays.fill(more, (byte) 'a');
    ByteArrayInputStream endless = new ByteArrayInputStream(more);
    assertTrue(
        refused(new SequenceInputStream(archive(), endless))
            .contains("the tar headers of one member"));
    assertTrue(more.length - endless.available() < 1 << 20);
  }

  @Test
  void headersForAllMembersThatFollow() throws IOException {
    add("x", TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER, "7 a=bc\n");
    add("base/1/1", TarConstants.LF_NORMAL, "");
    assertTrue(refused(archive()).contains("global tar headers are not supported"));
  }
}
