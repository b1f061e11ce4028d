package dev.walden.backup;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.backup.BackupChecksum.Algorithm;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupChecksumTest {
  // the CRC's published check value is E3069283; the digests are those of sha224sum to sha512sum
  @ParameterizedTest
  @CsvSource({
    "NONE, ''",
    "CRC32C, 839206e3",
    "SHA224, 9b3e61bf29f17c75572fae2e86e17809a4513d07c8a18152acf34521",
    "SHA256, 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    "SHA384, eb455d56d2c1a69de64e832011f3393d45f3fa31d6842f21af92d2fe469c499da5e3179847334a18479c8d1dedea1be3",
    "SHA512, d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85"
  })
  void printsAsAManifestDoes(Algorithm algorithm, String expected) {
    byte[] bytes = "-123456789-".getBytes(US_ASCII);
    BackupChecksum checksum = algorithm.start();
    checksum.update(bytes, 1, 4);
    ByteBuffer rest = ByteBuffer.wrap(bytes, 5, 5).slice();
    checksum.update(rest);
    assertEquals(0, rest.remaining());
    assertEquals(expected, checksum.finish());
    assertEquals(2 * algorithm.length(), expected.length());
  }
}
