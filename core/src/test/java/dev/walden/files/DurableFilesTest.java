package dev.walden.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.testing.SystemCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
  @TempDir Path directory;

  @Test
  void replacesAFileWhole() throws Exception {
    Path file = directory.resolve("file");
    Path draft = directory.resolve("draft");
    Files.write(draft, new byte[9]);
    for (byte[] content : new byte[][] {{1, 2, 3}, {4}, {}}) {
      DurableFiles.replace(file, draft, content);
      assertArrayEquals(content, Files.readAllBytes(file));
      assertFalse(Files.exists(draft));
    }
  }

  @Test
  void preparesADraftThatIsEmpty() throws Exception {
    Path file = directory.resolve("file");
    Path draft = directory.resolve("draft");
    Files.write(draft, new byte[9]);
    DurableFiles.replace(file, draft, new byte[5], empty -> assertEquals(0, Files.size(empty)));
    assertEquals(5, Files.size(file));
  }

  @Test
  void findsTheDirectoryOfANameWithoutOne() throws Exception {
    Path file = Path.of("file");
    assertNull(file.getParent());
    DurableFiles.forceName(file);
  }

  @Test
  void leavesTheOldFileIfItFails() throws Exception {
    Path file = directory.resolve("file");
    Path draft = directory.resolve("draft");
    Files.write(file, new byte[] {7});
    IOException failure = new IOException("no such group");
    assertEquals(
        failure,
        assertThrows(
            IOException.class,
            () ->
                DurableFiles.replace(
                    file,
                    draft,
                    new byte[5],
                    empty -> {
                      throw failure;
                    })));
    assertArrayEquals(new byte[] {7}, Files.readAllBytes(file));
    assertFalse(Files.exists(draft));
  }

  @Test
  void forcesBytesThenRenamesThenForcesTheName() throws Exception {
    Path root = Files.createDirectory(directory.toRealPath().resolve("root"));
    Path traces = Files.createDirectory(directory.resolve("traces"));
    SystemCalls calls =
        SystemCalls.of(root, traces, ReplaceOnce.class, root.resolve("file").toString());
    int written = calls.find(0, "write(.*<ROOT/draft>.*1000) = 1000");
    int forced = calls.find(written, "fsync(.*<ROOT/draft>) = 0");
    int named = calls.find(forced, "rename(\"ROOT/draft\", \"ROOT/file\") = 0");
    int entered = calls.find(named, "fsync(.*<ROOT>) = 0");
    calls.find(entered, "write(1.*\"REPLACED");
  }
}
