package dev.walden.testing;

import static dev.walden.testing.StorageUnderTest.assertHolds;
import static dev.walden.testing.StorageUnderTest.put;
import static dev.walden.testing.StorageUnderTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.storage.ObjectNames;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which names objects may have. */
interface StorageNamesContract extends StorageUnderTest {

  @Test
  default void everyLegalNameIsANameOfItsOwn() throws Exception {
    String longPart = "p".repeat(ObjectNames.MAX_PART_LENGTH);
    List<String> names =
        List.of(
            "a",
            "A",
            "0",
            "-",
            "_",
            "--help",
            "a.",
            "a..",
            "a..b",
            "a-b/c",
            "a_b/c",
            "con",
            "NUL",
            "x.tmp",
            "deep/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d",
            longPart,
            longPart.replace('p', 'q') + "/" + "r".repeat(ObjectNames.MAX_PART_LENGTH - 1) + "/s");
    try (Storage storage = openStorage()) {
      for (String name : names) {
        assertEquals(PutOutcome.CREATED, put(storage, name, text("content of " + name)), name);
      }
      for (String name : names) {
        assertHolds(storage, name, text("content of " + name));
      }
      assertEquals(names.size(), storage.list("", "", 1000).size());
    }
  }

  @Test
  default void everyOtherNameIsRefused() throws Exception {
    List<String> names =
        List.of(
            "",
            "/",
            "//",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/..",
            "a/../b",
            "./a",
            "a/./b",
            ".a",
            "a/.b",
            " ",
            "a b",
            "a\\b",
            "a:b",
            "a%2fb",
            "a+b",
            "a\0",
            "a\nb",
            "a\n",
            "\u00e4",
            "\ud83d\ude00",
            "~",
            "*",
            "a?",
            "p".repeat(ObjectNames.MAX_PART_LENGTH + 1),
            "p/".repeat(ObjectNames.MAX_LENGTH / 2) + "p");
    try (Storage storage = openStorage()) {
      for (String name : names) {
        assertRefused(name, () -> put(storage, name, new byte[0]));
        assertRefused(name, () -> storage.create(name).close());
        assertRefused(name, () -> storage.find(name));
        assertRefused(name, () -> storage.open(name).close());
        assertRefused(name, () -> storage.delete(name));
      }
      assertEquals(List.of(), storage.list("", "", 10));
    }
  }

  /** An operation that must fail. */
  interface Attempt {
    void run() throws IOException;
  }

  private static void assertRefused(String name, Attempt attempt) {
    assertThrows(IllegalArgumentException.class, attempt::run, () -> '"' + name + '"');
  }
}
