package dev.walden.server.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.backup.BackupWarning;
import dev.walden.backup.BaseBackup;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerWarningsTest {
  private static Set<String> leftOut(String routine, String message) {
    ServerWarnings warnings = new ServerWarnings();
    warnings.take(new BackupWarning("WARNING", "01000", routine, message));
    assertEquals(1, warnings.kept().size());
    return warnings.leftOut();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "skipping special file \"%s\"",
        "überspringe besondere Datei »%s«",
        "ignore le fichier spécial « %s »",
        "ignorando el archivo especial «%s»",
        "スペシャルファイル\"%s\"をスキップしています",
        "忽略特殊文件 \"%s\"",
        "pomijanie pliku specjalnego „%s”",
        "skipping %s"
      })
  void aPartOfTheClusterIsRecognizedInAnyLanguage(String format) {
    for (String part :
        new String[] {"base/16384", "base", "pg_multixact", "PG_VERSION", "pg_xact/0000"}) {
      assertEquals(Set.of(part), leftOut("sendDir", String.format(format, "./" + part)));
    }
    assertEquals(
        Set.of("/mnt/s/PG_17_1/5"), leftOut("sendDir", String.format(format, "/mnt/s/PG_17_1/5")));
    String inPlace = "pg_tblspc/16400/PG_17_202406281/5";
    assertEquals(Set.of(inPlace), leftOut("sendDir", String.format(format, inPlace)));
    for (String other :
        new String[] {
          "special", "postgresql.conf", "pg_hba.conf", "base.old", "base-2", "pg_log/pipe", "basé"
        }) {
      assertEquals(Set.of(), leftOut("sendDir", String.format(format, "./" + other)), other);
    }
  }

  @Test
  void whatCannotBeReadIsLeftOut() {
    assertEquals(Set.of("?"), leftOut("sendDir", "?"));
    assertEquals(Set.of("base dir"), leftOut("sendDir", "skipping special file \"./base dir\""));
  }

  @Test
  void aTablespaceIsLeftOutByItsLink() {
    for (String routine : new String[] {"do_pg_start_backup", "do_pg_backup_start"}) {
      assertEquals(
          Set.of("pg_tblspc/16400"),
          leftOut(routine, "could not read symbolic link \"pg_tblspc/16400\": Permission denied"));
      assertEquals(Set.of("?"), leftOut(routine, "?"));
    }
  }

  @Test
  void otherWarningsLeaveNothingOut() {
    assertEquals(Set.of(), leftOut("sendFile", "odd \"./base/5\""));
    assertEquals(Set.of(), leftOut("", "skipping special file \"./base/5\""));
  }

  @Test
  void manyAreJudgedAndFewKept() {
    ServerWarnings warnings = new ServerWarnings();
    for (int i = 0; i < 2 * BaseBackup.MAX_WARNINGS; i++) {
      warnings.take(
          new BackupWarning("WARNING", "01000", "sendDir", "skipping \"./x" + i / 2 + '"'));
    }
    assertFalse(warnings.more(), "the same comes twice");
    warnings.take(new BackupWarning("WARNING", "01000", "sendDir", "skipping \"./base/7\""));
    assertTrue(warnings.more());
    assertEquals(BaseBackup.MAX_WARNINGS, warnings.kept().size());
    assertEquals(Set.of("base/7"), warnings.leftOut());
  }
}
