package dev.walden.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalPageHeaderTest {
  // magic info | timeline | address | remaining, padding | system identifier | sizes
  private static final String LONG =
      "10d1 0700 01000000 0000000300000000 48000000 00000000 efcdab8967452301 00000001 00200000";
  private static final String SHORT = "16d1 0500 0a000000 0020000301000000 01020000 00000000";

  @Test
  void readsALongHeader() throws ArchiveException {
    WalPageHeader header = parse(LONG);
    assertEquals(
        new WalPageHeader(
            0xD110,
            7,
            TimelineId.FIRST,
            Lsn.parse("0/3000000"),
            0x48,
            0x0123456789ABCDEFL,
            16 << 20,
            8192),
        header);
    assertTrue(header.isLong());
    assertTrue(header.continuesRecord());
    assertFalse(header.overwritesRecord());
    assertEquals(40, header.size());
  }

  @Test
  void readsAShortHeader() throws ArchiveException {
    WalPageHeader header = parse(SHORT);
    assertEquals(
        new WalPageHeader(0xD116, 5, new TimelineId(10), Lsn.parse("1/3002000"), 0x201, 0, 0, 0),
        header);
    assertEquals(24, header.size());
  }

  @Test
  void theOverwriteFlagMovedInPostgres19() throws ArchiveException {
    assertTrue(parse(SHORT.replace("0500", "0c00")).overwritesRecord());
    assertTrue(parse(SHORT.replace("16d1 0500", "20d1 0400")).overwritesRecord());
    assertFalse(parse(SHORT.replace("16d1 0500", "16d1 0400")).overwritesRecord());
  }

  @Test
  void theBufferIsLeftAsItWas() throws ArchiveException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes("ffff" + SHORT)).position(2);
    assertEquals(0xD116, WalPageHeader.parse("x", 0, buffer).magic());
    assertEquals(2, buffer.position());
  }

  @ParameterizedTest
  @CsvSource({
    "16d1 0500, 0000 0500", // zeros, as after a switch
    "16d1 0500, 16d2 0500", // no magic number
    "16d1 0500, 16d1 1500", // unknown flags
    "16d1 0500, 20d1 0800", // flags that 19 does not have
    "0a000000, 00000000", // timeline 0
    "0020000301000000, 0120000301000000", // address inside a page
    "16d1 0500, 16d1 0700", // a long header that is cut off
    "16d1 0500, 16d1", // a short one
  })
  void impossibleShortHeadersAreCorrupt(String was, String is) {
    CorruptFileException e =
        assertThrows(CorruptFileException.class, () -> parse(SHORT.replace(was, is)));
    assertEquals("segment", e.file());
    assertEquals(8192, e.offset());
  }

  @ParameterizedTest
  @CsvSource({
    "00000001 00200000, 00000003 00200000", // 48 MiB
    "00000001 00200000, 00000000 00200000",
    "00000001 00200000, 00000080 00200000", // negative
    "00000001 00200000, 00000001 01200000",
    "00000001 00200000, 00000001 00000080",
    "0000000300000000, 0020000300000000", // in the middle of a segment
  })
  void impossibleLongHeadersAreCorrupt(String was, String is) {
    assertThrows(CorruptFileException.class, () -> parse(LONG.replace(was, is)));
  }

  @Test
  void otherServersAreUnsupported() {
    String bigEndian = SHORT.replace("16d1", "d116");
    assertThrows(UnsupportedFormatException.class, () -> parse(bigEndian));
    String largePages = LONG.replace("00200000", "00400000");
    assertThrows(UnsupportedFormatException.class, () -> parse(largePages));
  }

  private static WalPageHeader parse(String hex) throws ArchiveException {
    return WalPageHeader.parse("segment", 8192, ByteBuffer.wrap(bytes(hex)));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
