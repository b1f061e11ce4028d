package dev.walden.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFoldersTest {
  @TempDir Path parent;
  private KeptFolders folders;

  @BeforeEach
  void open() {
    folders = new KeptFolders(parent);
  }

  @Test
  void aFolderIsMadeOnce() throws Exception {
    Path made = folders.get("a", folder -> Files.writeString(folder.resolve("file"), "first"));
    assertEquals(made, folders.get("a", folder -> Files.delete(folder)));
    assertEquals("first", Files.readString(made.resolve("file")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void theFirstOfTwoIsUsed() throws Exception {
    folders.get(
        "a",
        late -> {
          Files.writeString(late.resolve("file"), "late");
          folders.get("a", first -> Files.writeString(first.resolve("file"), "first"));
        });
    assertEquals("first", Files.readString(parent.resolve("a").resolve("file")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void whatIsNotMadeCompletelyIsNotUsed() throws Exception {
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                folders.get(
                    "a",
                    folder -> {
                      Files.createFile(folder.resolve("file"));
                      throw new IOException("no more");
                    }));
    assertEquals("no more", failure.getMessage());
    assertEquals(List.of(), names());
    assertFalse(Files.exists(folders.get("a", folder -> {}).resolve("file")));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
