package dev.walden.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class WalPageHeaderProperties {

  @Property
  void junkIsReadOrRefusedByType(@ForAll @Size(max = 48) byte[] junk) {
    readOrRefused(junk);
  }

  @Property
  void junkBehindAMagicNumberIsReadOrRefusedByType(@ForAll @Size(min = 8, max = 48) byte[] junk) {
    junk[0] = 0x16;
    junk[1] = (byte) 0xD1;
    junk[2] &= 0x0F;
    junk[3] = 0;
    readOrRefused(junk);
  }

  private static void readOrRefused(byte[] junk) {
    try {
      WalPageHeader header = WalPageHeader.parse("segment", 0, ByteBuffer.wrap(junk));
      assertTrue(header.size() <= junk.length);
      assertEquals(header.isLong(), WalSegmentSize.isValid(header.segmentSize()));
    } catch (CorruptFileException | UnsupportedFormatException e) {
      assertTrue(e.getMessage().startsWith("segment "));
    }
  }
}
