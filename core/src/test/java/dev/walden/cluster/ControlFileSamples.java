package dev.walden.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** The {@code pg_control} files of real clusters. */
final class ControlFileSamples {
  private ControlFileSamples() {}

  static byte[] of(int major) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                ControlFileSamples.class.getResourceAsStream("pg_control.txt"),
                StandardCharsets.US_ASCII))) {
      String hex =
          lines
              .lines()
              .filter(line -> line.startsWith(major + " "))
              .findFirst()
              .orElseThrow()
              .substring(3);
      return Arrays.copyOf(HexFormat.of().parseHex(hex), ControlFile.SIZE);
    }
  }

  /** A view in the byte order of the file, through which it can be changed. */
  static ByteBuffer view(byte[] content) {
    return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Gives a changed file the right CRC. */
  static byte[] sealed(byte[] content) {
    int end = view(content).getInt(8) == 1800 ? 292 : 288;
    CRC32C crc = new CRC32C();
    crc.update(content, 0, end);
    view(content).putInt(end, (int) crc.getValue());
    return content;
  }
}
