package dev.walden.testing;

import static dev.walden.testing.StorageUnderTest.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@link Storage#list}. */
interface StorageListContract extends StorageUnderTest {

  @Test
  default void anEmptyPlaceListsNothing() throws Exception {
    try (Storage storage = openStorage()) {
      assertEquals(List.of(), storage.list("", "", 1));
      assertEquals(List.of(), storage.list("wal/", "", 1000));
      assertEquals(List.of(), storage.list("", "wal/x", 1000));
    }
  }

  @Test
  default void listsByPrefixAfterANameUpToALimit() throws Exception {
    TreeMap<String, Integer> model = model();
    try (Storage storage = openStorage()) {
      for (String name : model.keySet()) {
        put(storage, name, new byte[model.get(name)]);
      }
      assertEquals(expected(model, "", "", 1000), storage.list("", "", 1000));
      assertEquals(expected(model, "", "", model.size()), storage.list("", "", Integer.MAX_VALUE));
      List<String> texts = new ArrayList<>(List.of("", "~", "\uffff", "/", ".", "..", "wal/../"));
      for (String name : model.keySet()) {
        texts.add(name);
        texts.add(name + "/");
        texts.add(name + "0");
        for (int end = 1; end < name.length(); end++) {
          texts.add(name.substring(0, end));
        }
      }
      for (String prefix : texts) {
        assertEquals(expected(model, prefix, "", 1000), storage.list(prefix, "", 1000), prefix);
      }
      Random random = new Random(8);
      for (int i = 0; i < 300; i++) {
        String prefix = texts.get(random.nextInt(texts.size()));
        String after = texts.get(random.nextInt(texts.size()));
        prefix = prefix.substring(0, random.nextInt(prefix.length() + 1));
        int limit = 1 + random.nextInt(8);
        assertEquals(
            expected(model, prefix, after, limit),
            storage.list(prefix, after, limit),
            "prefix \"" + prefix + "\" after \"" + after + "\" limit " + limit);
      }
    }
  }

  /** Names that sort differently by parts than as a whole; none is a folder of others. */
  private static TreeMap<String, Integer> model() {
    List<String> names =
        List.of(
            "a-b",
            "a.b",
            "a/b",
            "a/b.c",
            "a/c",
            "a0",
            "aB",
            "a_b",
            "ab",
            "b/1-",
            "b/1.x",
            "b/1/2",
            "b/1/2.x",
            "b/1/3/4",
            "b/1/30",
            "b/1_",
            "b/10",
            "b/10.x",
            "b/2",
            "b-/2",
            "b.x/2",
            "b..x/1",
            "B/1",
            "wal/00000001/0000000100000000/000000010000000000000001.zst",
            "wal/00000001/0000000100000000/000000010000000000000001.zst.age",
            "wal/00000001/0000000100000000/000000010000000000000002.tail/0-1.zst",
            "wal/00000001/0000000100000000/000000010000000000000002.zst",
            "wal/00000001/0000000100000001/000000010000000100000000.zst",
            "wal/00000002.history",
            "wal/00000002/0000000200000001/000000020000000100000000.zst",
            "wal-x",
            "wal0",
            "z");
    TreeMap<String, Integer> model = new TreeMap<>();
    names.forEach(name -> model.put(name, model.size()));
    return model;
  }

  private static List<StoredObject> expected(
      TreeMap<String, Integer> model, String prefix, String after, int limit) {
    return model.tailMap(after, false).entrySet().stream()
        .filter(object -> object.getKey().startsWith(prefix))
        .limit(limit)
        .map(object -> new StoredObject(object.getKey(), object.getValue()))
        .toList();
  }

  @Test
  default void pagesJoinToTheWhole() throws Exception {
    int count = 1100;
    try (Storage storage = openStorage()) {
      List<StoredObject> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String name = String.format("page/%02d/%04d", i / 50, i);
        put(storage, name, new byte[0]);
        all.add(new StoredObject(name, 0));
      }
      assertEquals(all, storage.list("page/", "", count + 1));
      assertEquals(all.subList(0, 1050), storage.list("page/", "", 1050));
      List<StoredObject> joined = new ArrayList<>();
      List<StoredObject> page = storage.list("page/", "", 333);
      while (!page.isEmpty() && joined.size() < 2 * count) {
        joined.addAll(page);
        page = storage.list("page/", page.get(page.size() - 1).name(), 333);
      }
      assertEquals(all, joined);
    }
  }

  @Test
  default void aLimitIsAtLeastOne() throws Exception {
    try (Storage storage = openStorage()) {
      assertThrows(IllegalArgumentException.class, () -> storage.list("", "", 0));
      assertThrows(IllegalArgumentException.class, () -> storage.list("", "", -1));
    }
  }
}
