package dev.walden.archive.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several processes put different contents under the same names, until they are killed. */
class KilledProcessesTest {
  private static final int WRITERS = 3;
  private static final int ENOUGH = 150;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(120)
  void everyObjectIsOneWritersAndWhole(boolean rename) throws Exception {
    Path root = folder.resolve("archive");
    FileSystemStorage.createAt(root).close();
    List<Process> writers = new ArrayList<>();
    try {
      for (int writer = 0; writer < WRITERS; writer++) {
        writers.add(start(root, rename, writer));
      }
      while (acknowledged().size() < ENOUGH) {
        for (Process writer : writers) {
          assertTrue(writer.isAlive(), this::errors);
        }
        Thread.sleep(10);
      }
    } finally {
      writers.forEach(Process::destroyForcibly);
    }
    for (Process writer : writers) {
      assertTrue(writer.waitFor(60, TimeUnit.SECONDS));
    }
    assertEquals("", errors());

    Map<Integer, Integer> acknowledged = acknowledged();
    try (Storage storage = FileSystemStorage.at(root)) {
      for (int number : acknowledged.keySet()) {
        assertArrayEquals(
            PutUntilKilled.content(acknowledged.get(number), number),
            read(storage, PutUntilKilled.name(number)));
      }
      List<StoredObject> all = storage.list("", "", Integer.MAX_VALUE);
      for (int number = 0; number < all.size(); number++) {
        assertEquals(PutUntilKilled.name(number), all.get(number).name());
        assertOneWritersOwn(number, read(storage, PutUntilKilled.name(number)));
      }
      assertTrue(all.size() <= acknowledged.size() + WRITERS, "created, but not acknowledged");
      assertFalse(all.isEmpty());
    }
  }

  private static void assertOneWritersOwn(int number, byte[] content) {
    assertTrue(
        IntStream.range(0, WRITERS)
            .anyMatch(writer -> Arrays.equals(PutUntilKilled.content(writer, number), content)),
        () -> number + " is nobody's");
  }

  private Process start(Path root, boolean rename, int writer) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            PutUntilKilled.class.getName(),
            root.toString(),
            Boolean.toString(rename),
            Integer.toString(writer))
        .redirectOutput(output(writer).toFile())
        .redirectError(folder.resolve("err" + writer).toFile())
        .start();
  }

  private Path output(int writer) {
    return folder.resolve("out" + writer);
  }

  /** Which writer was told that it had created which object: by their contract, only one. */
  private Map<Integer, Integer> acknowledged() throws IOException {
    Map<Integer, Integer> writers = new HashMap<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      String text = Files.readString(output(writer));
      // A line without its end may be cut.
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
        Integer other = writers.put(Integer.valueOf(line), writer);
        assertNull(other, () -> line + " was created twice");
      }
    }
    return writers;
  }

  private String errors() {
    StringBuilder errors = new StringBuilder();
    try {
      for (int writer = 0; writer < WRITERS; writer++) {
        errors.append(Files.readString(folder.resolve("err" + writer)));
      }
    } catch (IOException e) {
      errors.append(e);
    }
    return errors.toString();
  }

  private static byte[] read(Storage storage, String name) throws IOException {
    try (InputStream in = storage.open(name)) {
      return in.readAllBytes();
    }
  }
}
