package dev.walden.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.CorruptFileException;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarReader;
import dev.walden.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupPartTest {
  private static final int FILES = 7;

  @TempDir Path directory;
  private Path folder;
  private final List<String> expected = new ArrayList<>();

  /** A data directory with a tablespace, and what a manifest lists of it, WAL included. */
  @BeforeEach
  void make() throws IOException {
    folder = directory.toRealPath().resolve("backup");
    for (String path : List.of("base/1", "global", "pg_tblspc", "pg_wal/archive_status")) {
      Files.createDirectories(folder.resolve(path));
    }
    Path tablespace = Files.createDirectories(directory.resolve("far/PG_17_202406281/5"));
    Files.createSymbolicLink(
        folder.resolve("pg_tblspc/16385"), directory.resolve("far").toAbsolutePath());
    Files.writeString(tablespace.resolve("16386"), "in the tablespace");
    Files.writeString(folder.resolve("PG_VERSION"), "17\n");
    StringBuilder files = new StringBuilder();
    list(files, "pg_tblspc/16385/PG_17_202406281/5/16386", 17);
    for (int i = 1; i < FILES; i++) {
      if (i == 3) {
        list(files, "pg_wal/archive_status/000000010000000000000001.done", 0);
      }
      String path = "base/1/" + i;
      Files.writeString(folder.resolve(path), "file " + i);
      list(files, path, 6);
    }
    Files.writeString(
        folder.resolve("backup_manifest"),
        """
        { "PostgreSQL-Backup-Manifest-Version": 1,
        "Files": [
        %s
        ],
        "WAL-Ranges": [
        { "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }
        ],
        """
            .formatted(files));
    for (String path :
        List.of(
            "base",
            "base/1",
            "global",
            "pg_tblspc",
            "pg_tblspc/16385/PG_17_202406281",
            "pg_tblspc/16385/PG_17_202406281/5",
            "pg_wal",
            "pg_wal/archive_status")) {
      expected.add(path + "/");
    }
    expected.add("tablespace_map");
    expected.add("pg_tblspc/16385/PG_17_202406281/5/16386 in the tablespace");
    for (int i = 1; i < FILES; i++) {
      expected.add("base/1/" + i + " file " + i);
    }
  }

  private static void list(StringBuilder files, String path, int size) {
    files.append(files.isEmpty() ? "" : ",\n");
    files.append(
        "{ \"Path\": \"%s\", \"Size\": %d, \"Last-Modified\": \"2026-11-22 12:00:00 GMT\" }"
            .formatted(path, size));
  }

  private List<String> read(BackupPart part) throws IOException {
    ForeignSource source =
        ForeignSource.parse(
            JsonObject.parse("reference", new ForeignPart(folder, part, 1).reference().toBytes()),
            1);
    List<String> found = new ArrayList<>();
    try (InputStream in = source.open();
        TarReader tar = new TarReader("part", in)) {
      for (Optional<TarMember> next = tar.next(); next.isPresent(); next = tar.next()) {
        String path = next.get().path();
        String content = new String(tar.content().readAllBytes(), StandardCharsets.UTF_8);
        if (next.get().kind() == TarMember.Kind.DIRECTORY) {
          found.add(path + "/");
        } else {
          found.add(path.equals("tablespace_map") ? path : path + " " + content);
        }
      }
    }
    return found;
  }

  @Test
  void whereverItIsCutNothingIsLostOrTwice() throws IOException {
    for (int a = 1; a <= FILES; a++) {
      for (int b = a; b <= FILES; b++) {
        List<String> found = new ArrayList<>(read(BackupPart.ofFiles(0, a)));
        found.addAll(read(BackupPart.ofFiles(a, b - a)));
        found.addAll(read(BackupPart.ofFiles(b, FILES - b)));
        assertEquals(expected, found, a + " " + b);
      }
    }
  }

  @Test
  void aFileThatIsNotThere() throws IOException {
    Files.delete(folder.resolve("base/1/2"));
    assertThrows(CorruptFileException.class, () -> read(BackupPart.ofFiles(0, FILES)));
    read(BackupPart.ofFiles(4, 2));
  }
}
