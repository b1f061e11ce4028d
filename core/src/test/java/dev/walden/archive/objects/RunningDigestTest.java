package dev.walden.archive.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.backup.ObjectDigest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RunningDigestTest {
  private static ObjectDigest digest(ObjectDigest.Algorithm algorithm, String text) {
    RunningDigest digest = RunningDigest.of(algorithm);
    byte[] bytes = ("-" + text + "-").getBytes(StandardCharsets.US_ASCII);
    digest.update(bytes, 1, 2);
    digest.update(bytes, 3, text.length() - 2);
    return digest.finish();
  }

  @Test
  void givesThePublishedCheckValues() {
    assertEquals(
        new ObjectDigest(ObjectDigest.Algorithm.CRC32, "cbf43926"),
        digest(ObjectDigest.Algorithm.CRC32, "123456789"));
    assertEquals(
        new ObjectDigest(
            ObjectDigest.Algorithm.SHA256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        digest(ObjectDigest.Algorithm.SHA256, "abc"));
  }

  @Test
  void aDigestHasTheLengthOfItsAlgorithm() {
    for (String value : new String[] {"", "cbf4392", "cbf439260", "CBF43926", "0".repeat(64)}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new ObjectDigest(ObjectDigest.Algorithm.CRC32, value));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new ObjectDigest(ObjectDigest.Algorithm.SHA256, "cbf43926"));
  }
}
