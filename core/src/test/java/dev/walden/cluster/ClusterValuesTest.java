package dev.walden.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.UnsupportedFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterValuesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "+1",
        "01",
        "1 ",
        "0x1",
        "٣",
        "18446744073709551616",
        "99999999999999999999",
        "100000000000000000000"
      })
  void otherTextIsNoSystemIdentifier(String text) {
    assertThrows(IllegalArgumentException.class, () -> SystemIdentifier.parse(text));
  }

  @Test
  void theLargestSystemIdentifierIsRead() {
    assertEquals(new SystemIdentifier(-1), SystemIdentifier.parse("18446744073709551615"));
  }

  @ParameterizedTest
  @CsvSource({
    "14, 140024, D10D, PG_14_202107181",
    "15, 150019, D110, PG_15_202209061",
    "16, 160000, D113, PG_16_202307071",
    "17, 170011, D116, PG_17_202406281",
    "18, 180006, D118, PG_18_202506291"
  })
  void versionsAreToldByTheirNumbers(int major, int num, String magic, String directory)
      throws UnsupportedFormatException {
    PgVersion version = PgVersion.ofMajor(major);
    assertEquals(major, version.major());
    assertEquals(version, PgVersion.ofServerVersionNum(num));
    assertEquals(version, PgVersion.ofWalMagic(Integer.parseInt(magic, 16)));
    assertEquals(directory, version.tablespaceDirectory());
  }

  @Test
  void otherVersionsAreNamed() {
    assertUnsupported("PostgreSQL 13", () -> PgVersion.ofMajor(13));
    assertUnsupported("PostgreSQL 13", () -> PgVersion.ofServerVersionNum(130022));
    assertUnsupported("PostgreSQL 9.6", () -> PgVersion.ofServerVersionNum(90624));
    assertUnsupported("PostgreSQL 19", () -> PgVersion.ofServerVersionNum(190000));
    assertUnsupported("PostgreSQL 13", () -> PgVersion.ofWalMagic(0xD106));
    assertUnsupported("PostgreSQL 19", () -> PgVersion.ofWalMagic(0xD120));
    assertUnsupported("D101", () -> PgVersion.ofWalMagic(0xD101));
    assertUnsupported("0000", () -> PgVersion.ofWalMagic(0));
  }

  private static void assertUnsupported(String named, Executable lookup) {
    String message = assertThrows(UnsupportedFormatException.class, lookup).getMessage();
    assertTrue(message.contains(named), message);
  }
}
