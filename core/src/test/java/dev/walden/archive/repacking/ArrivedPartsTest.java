package dev.walden.archive.repacking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.backup.TarMember;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArrivedPartsTest {
  private static final List<String> DIRECTORIES =
      List.of(
          ("base base/1 global pg_commit_ts pg_dynshmem pg_logical pg_logical/mappings"
                  + " pg_logical/snapshots pg_multixact pg_multixact/members"
                  + " pg_multixact/offsets pg_notify pg_replslot pg_serial pg_snapshots pg_stat"
                  + " pg_subtrans pg_tblspc pg_twophase pg_wal pg_xact")
              .split(" "));
  private static final List<String> FILES =
      List.of("PG_VERSION", "base/1/PG_VERSION", "global/pg_control", "global/pg_filenode.map");

  private static void add(ArrivedParts parts, TarMember.Kind kind, long size, String... paths) {
    for (String path : paths) {
      parts.add(new TarMember(path, kind, 0700, size, Instant.EPOCH));
    }
  }

  private static ArrivedParts without(String left) {
    ArrivedParts parts = new ArrivedParts();
    for (String path : DIRECTORIES) {
      if (!path.equals(left) && !path.startsWith(left + "/")) {
        add(parts, TarMember.Kind.DIRECTORY, 0, path);
      }
    }
    for (String path : FILES) {
      if (!path.equals(left) && !path.startsWith(left + "/")) {
        add(parts, TarMember.Kind.FILE, 8192, path);
      }
    }
    return parts;
  }

  @Test
  void nothingIsMissingFromAWholeBackup() {
    assertEquals(Set.of(), without("-").missing(true));
    assertEquals(List.of(), without("-").incompleteDatabases());
  }

  @Test
  void whatDidNotArriveIsNamed() {
    for (String path : DIRECTORIES) {
      assertTrue(
          path.equals("base/1") || without(path).missing(true).contains(path),
          path + " is not missed");
    }
    assertEquals(Set.of("PG_VERSION"), without("PG_VERSION").missing(false));
    assertEquals(Set.of("pg_multixact/members"), without("pg_multixact/members").missing(false));
    assertEquals(Set.of("pg_notify"), without("pg_notify").missing(true));
    assertEquals(Set.of(), without("pg_notify").missing(false));
    assertEquals(List.of(1L), without("base/1/PG_VERSION").incompleteDatabases());
  }

  @Test
  void filesBringTheirDirectories() {
    ArrivedParts parts = without("pg_xact");
    assertEquals(Set.of("pg_xact"), parts.missing(false));
    add(parts, TarMember.Kind.FILE, 8192, "pg_xact/0000");
    assertEquals(Set.of(), parts.missing(true));
  }

  @Test
  void aControlFileOfAnotherLengthIsNone() {
    ArrivedParts parts = without("global/pg_control");
    add(parts, TarMember.Kind.FILE, 40, "global/pg_control");
    assertEquals(Set.of("global/pg_control"), parts.missing(false));
  }

  @Test
  void aDatabaseIsWholeWithItsVersionInAnyTablespace() {
    ArrivedParts parts = without("-");
    String version = "pg_tblspc/16400/PG_17_202406281/16401/PG_VERSION";
    add(parts, TarMember.Kind.FILE, 3, version);
    add(parts, TarMember.Kind.DIRECTORY, 0, "base/16401");
    assertEquals(List.of(), parts.incompleteDatabases());
    add(parts, TarMember.Kind.FILE, 3, "pg_tblspc/16400/PG_17_202406281/16402/16403");
    add(parts, TarMember.Kind.DIRECTORY, 0, "base/pgsql_tmp", "base/16404/PG_VERSION");
    add(parts, TarMember.Kind.FILE, 3, "base/17000", "base/16405.x/1");
    assertEquals(List.of(16402L, 16404L), parts.incompleteDatabases());
  }

  @Test
  void namesOfTheCluster() {
    for (String name : List.of("base", "global", "pg_wal", "pg_multixact", "PG_VERSION")) {
      assertTrue(ArrivedParts.isClusters(name), name);
    }
    for (String name : List.of("", "bas", "pg_log", "pg_hba", "postgresql", "pg_multixact/x")) {
      assertFalse(ArrivedParts.isClusters(name), name);
    }
  }
}
