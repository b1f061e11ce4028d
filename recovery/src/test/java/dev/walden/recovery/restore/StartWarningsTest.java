package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartWarningsTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void createFiles() throws IOException {
    target = Files.createDirectory(folder.resolve("data"));
    for (String file : List.of("postgresql.conf", "pg_hba.conf", "pg_ident.conf")) {
      Files.createFile(target.resolve(file));
    }
  }

  private void write(String file, String... lines) throws IOException {
    Files.writeString(target.resolve(file), String.join("\n", lines), StandardCharsets.ISO_8859_1);
  }

  private List<String> ofCopy() {
    return StartWarnings.of(target, false);
  }

  @Test
  void namesFilesThatTheSourceKeptElsewhere() throws IOException {
    assertEquals(List.of(), ofCopy());
    Files.delete(target.resolve("postgresql.conf"));
    Files.delete(target.resolve("pg_ident.conf"));
    List<String> warnings = ofCopy();
    assertEquals(2, warnings.size());
    assertTrue(warnings.get(0).contains("preloads libraries"), warnings.get(0));
    assertTrue(warnings.get(1).startsWith("pg_ident.conf is not in the backup"), warnings.get(1));
  }

  @Test
  void namesTheSourcesDirectoryAlsoForAReplacement() throws IOException {
    write("postgresql.conf", "#data_directory = '/a'", "  Data_Directory '/var/lib/ü'");
    assertTrue(StartWarnings.of(target, true).get(0).contains("sets data_directory"));
  }

  @Test
  void namesPreloadedLibrariesThatMayRunJobs() throws IOException {
    write(
        "postgresql.conf",
        "shared_preload_libraries = 'pg_cron'",
        "shared_preload_libraries='pg_stat_statements, \"$libdir/TimescaleDB.so\",pgaudit' # three",
        "session_preload_libraries = auto_explain");
    List<String> warnings = ofCopy();
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(
        warnings.get(0).startsWith("shared_preload_libraries loads timescaledb: jobs"),
        warnings.get(0));
    assertEquals(List.of(), StartWarnings.of(target, true));

    write("postgresql.auto.conf", "shared_preload_libraries = ''");
    assertEquals(List.of(), ofCopy());
  }

  @Test
  void readsIncludedFilesAndNamesTheUnreadable() throws IOException {
    write(
        "postgresql.conf",
        "include_dir 'conf.d'",
        "include_if_exists 'absent.conf'",
        "include = 'lost.conf'",
        "include 'postgresql.conf'");
    Files.createDirectory(target.resolve("conf.d"));
    write("conf.d/b.conf", "shared_preload_libraries = 'it''s\\'new'");
    write("conf.d/a.conf", "shared_preload_libraries = pg_cron");
    write("conf.d/.c.conf", "data_directory = '/c'");
    String all = String.join("\n", ofCopy());
    assertTrue(all.contains("loads it's'new:"), all);
    assertTrue(all.contains(target.resolve("lost.conf") + ", which cannot be read"), all);
  }

  @Test
  void namesPlacesOutsideThatACopyWouldShareWithItsSource() throws IOException {
    write(
        "postgresql.conf",
        "external_pid_file = '/run/main.pid'",
        "log_directory = '" + target.resolve("log") + "'",
        "stats_temp_directory = 'pg_stat_tmp'");
    List<String> warnings = ofCopy();
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(warnings.get(0).startsWith("external_pid_file is /run/main.pid"), warnings.get(0));
  }
}
