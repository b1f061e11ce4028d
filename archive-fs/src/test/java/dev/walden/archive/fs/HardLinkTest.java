package dev.walden.archive.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardLinkTest {
  @TempDir Path folder;

  private final List<Path> otherwise = new ArrayList<>();
  private final HardLink link =
      new HardLink((draft, target) -> otherwise.add(Files.move(draft, target)));

  /** The JDK's own file system in a zip file is one that has none. */
  @Test
  void withoutLinksThereIsAnotherWay() throws Exception {
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("files.zip"), Map.of("create", "true"))) {
      Path draft = Files.writeString(zip.getPath("/draft"), "content");
      assertTrue(link.publish(draft, zip.getPath("/target")));
      assertEquals("content", Files.readString(zip.getPath("/target")));
      assertEquals(List.of(zip.getPath("/target")), otherwise);
    }
  }

  @Test
  void anotherFailureIsOne() throws Exception {
    Path draft = Files.writeString(folder.resolve("draft"), "content");
    Path target = folder.resolve("absent/target");
    assertThrows(NoSuchFileException.class, () -> link.publish(draft, target));
    assertEquals(List.of(), otherwise);
    assertEquals(List.of(draft), Files.list(folder).toList());
  }
}
