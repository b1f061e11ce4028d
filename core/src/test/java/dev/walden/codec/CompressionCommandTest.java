package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The zstd and gzip commands read what we write, and we read what they write. */
class CompressionCommandTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ZSTD, 0", "ZSTD, 1", "ZSTD, 131072", "ZSTD, 131073", "ZSTD, 3000000",
    "GZIP, 0", "GZIP, 1", "GZIP, 65536", "GZIP, 65537", "GZIP, 3000000"
  })
  void bothReadEachOther(Compression compression, int length) throws Exception {
    String name = compression == Compression.ZSTD ? "zstd" : "gzip";
    Command command = Command.in(folder, name);
    byte[] plain = Samples.bytes(length);
    byte[] stored = Samples.encode(new Codec(compression, Encryption.none()), plain);
    assertArrayEquals(plain, command.run(stored, name, "-dc"));
    byte[] theirs = command.run(plain, name, "-c");
    assertArrayEquals(plain, Samples.decode("x" + compression.suffix(), theirs));
  }

  @Test
  void severalFramesOrMembersAreOneObject() throws Exception {
    Command command = Command.in(folder, "zstd", "gzip");
    for (Compression compression : new Compression[] {Compression.ZSTD, Compression.GZIP}) {
      String name = compression == Compression.ZSTD ? "zstd" : "gzip";
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.write(command.run(Samples.bytes(70_000), name, "-c"));
      both.write(command.run(new byte[0], name, "-c"));
      both.write(command.run(Samples.bytes(70_000), name, "-c"));
      byte[] plain = Samples.decode("x" + compression.suffix(), both.toByteArray());
      assertArrayEquals(Samples.bytes(70_000), Arrays.copyOf(plain, 70_000));
      assertArrayEquals(Samples.bytes(70_000), Arrays.copyOfRange(plain, 70_000, 140_000));
    }
  }

  /** The command puts the file's name into the header. */
  @Test
  void aNameInAGzipHeaderIsSkipped() throws Exception {
    Command command = Command.in(folder, "gzip");
    byte[] plain = "some text".getBytes(StandardCharsets.US_ASCII);
    Files.write(folder.resolve("file"), plain);
    byte[] stored = command.run(new byte[0], "gzip", "-c", "-N", "file");
    assertTrue(new String(stored, StandardCharsets.ISO_8859_1).contains("file"));
    assertArrayEquals(plain, Samples.decode("x.gz", stored));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--no-check", "--ultra -22 --long=27"})
  void whatZstdCanWriteButWeRefuse(String options) throws Exception {
    Command command = Command.in(folder, "zstd");
    String[] words = ("zstd -c " + options).split(" ");
    byte[] stored = command.run(Samples.bytes(100_000), words);
    assertThrows(CorruptFileException.class, () -> Samples.decode("x.zst", stored));
  }
}
