package dev.walden.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarWriterTest {
  private static final Instant TIME = Instant.parse("2026-11-22T10:00:00Z");

  @TempDir Path directory;

  private static TarMember file(String path, int size) {
    return new TarMember(path, TarMember.Kind.FILE, 0640, size, TIME);
  }

  private static Map<String, byte[]> files() {
    Random random = new Random(5);
    Map<String, byte[]> files = new LinkedHashMap<>();
    String deep = "pg_tblspc/16393/PG_17_202406281/5/" + "long_name_".repeat(9);
    for (int size : new int[] {0, 1, 511, 512, 513, 8192, 100_000}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      files.put("base/5/" + size, bytes);
      files.put(deep + "ü" + size, bytes);
    }
    return files;
  }

  private static byte[] write(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(out);
    tar.begin(new TarMember("base/5", TarMember.Kind.DIRECTORY, 0750, 0, TIME));
    tar.end();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] bytes = file.getValue();
      tar.begin(file(file.getKey(), bytes.length));
      tar.write(bytes, 0, bytes.length / 3);
      tar.write(bytes, bytes.length / 3, bytes.length - bytes.length / 3);
      tar.end();
    }
    tar.finish();
    return out.toByteArray();
  }

  @Test
  void tarUnpacksWhatWasWritten() throws Exception {
    Path archive = Files.write(directory.resolve("a.tar"), write(files()));
    Path unpacked = Files.createDirectory(directory.resolve("unpacked"));
    Process tar =
        new ProcessBuilder("tar", "xf", archive.toString(), "-C", unpacked.toString())
            .redirectErrorStream(true)
            .start();
    assertEquals("", new String(tar.getInputStream().readAllBytes()));
    assertEquals(0, tar.waitFor());
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      assertArrayEquals(file.getValue(), Files.readAllBytes(unpacked.resolve(file.getKey())));
    }
  }

  @Test
  void givesBackEveryMember() throws Exception {
    TarReader tar = new TarReader("a.tar", new ByteArrayInputStream(write(files())));
    assertEquals(
        Optional.of(new TarMember("base/5", TarMember.Kind.DIRECTORY, 0750, 0, TIME)), tar.next());
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      assertEquals(Optional.of(file(file.getKey(), file.getValue().length)), tar.next());
      assertArrayEquals(file.getValue(), tar.content().readAllBytes());
    }
    assertEquals(Optional.empty(), tar.next());
  }

  @Test
  void aMemberHasAsManyBytesAsItSays() throws Exception {
    TarWriter tar = new TarWriter(new ByteArrayOutputStream());
    tar.begin(file("base/5/1", 10));
    assertThrows(IllegalStateException.class, () -> tar.write(new byte[11], 0, 11));
    tar.write(new byte[9], 0, 9);
    assertThrows(IllegalStateException.class, tar::end);
  }
}
