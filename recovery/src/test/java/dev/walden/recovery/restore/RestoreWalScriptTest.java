package dev.walden.recovery.restore;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.recovery.journey.RecoveryPage;
import dev.walden.recovery.journey.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The {@code restore_command} of {@code docs/recovery-by-hand.md}, on an archive that only commands
 * have written. PostgreSQL takes 1 to 125 for the end of the archive.
 */
class RestoreWalScriptTest {
  private static final String FIRST = "0000000100000000000000FE";
  private static final String SECOND = "0000000100000000000000FF";
  private static final String FOURTH = "000000010000000100000001";

  @TempDir Path directory;
  private Shell shell;
  private Path cluster;
  private Path target;

  @BeforeEach
  void writeAnArchive() throws Exception {
    shell = Shell.in(directory, "age", "age-keygen", "zstd", "jq", "sha256sum");
    cluster = directory.resolve("cluster");
    target = directory.resolve("RECOVERYXLOG");
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("CLUSTER", cluster.toString());
    variables.put("KEY", directory.resolve("key").toString());
    variables.put("WORK", directory.resolve("work").toString());
    for (String name : List.of("DATA", "TABLESPACES", "TARGET_TIME", "TIMELINE")) {
      variables.put(name, "");
    }
    Files.writeString(target, "before");
    shell.run(
        """
        age-keygen -o key 2> /dev/null
        recipient=$(age-keygen -y key)
        wal=cluster/wal/00000001
        mkdir -p $wal/0000000100000000 $wal/0000000100000001
        echo '{"cluster": {"segmentSize": 16777216}}' > cluster/archive.json
        echo first | zstd | age -r "$recipient" > $wal/0000000100000000/%1$s.zst.age
        cd $wal/0000000100000000
        echo second > %2$s
        sha256sum %2$s > %2$s.sha256
        cd ../0000000100000001
        echo fourth | gzip > %3$s.gz
        """
            .formatted(FIRST, SECOND, FOURTH));
    shell.run(RecoveryPage.scripts(variables));
  }

  private int restore(String file) throws Exception {
    return restore(shell, file, target);
  }

  private int restore(Shell with, String file, Path to) throws Exception {
    String script = directory.resolve("work/restore-wal").toString();
    return with.execute(List.of(script, file, to.toString())).status();
  }

  private void assertStops(String file) throws Exception {
    assertEquals(255, restore(file));
    assertEquals("before", Files.readString(target));
  }

  private Path object(String path) {
    return cluster.resolve("wal/00000001").resolve(path);
  }

  @Test
  void deliversWhatIsThere() throws Exception {
    assertEquals(0, restore(FIRST));
    assertEquals("first\n", Files.readString(target));
    assertEquals(0, restore(SECOND));
    assertEquals("second\n", Files.readString(target));
    assertEquals(0, restore(FOURTH));
    assertEquals("fourth\n", Files.readString(target));
  }

  @Test
  void endsRecoveryOnlyWhereTheArchiveEnds() throws Exception {
    for (String beyond :
        List.of(
            "000000010000000100000002",
            "000000010000000200000000",
            "000000020000000100000000",
            "00000001.history",
            "00000002.history")) {
      assertEquals(1, restore(beyond), beyond);
      assertEquals("before", Files.readString(target));
    }
  }

  @Test
  void aPartialSegmentIsNotThatSegment() throws Exception {
    String next = "000000010000000100000002";
    Files.writeString(object("0000000100000001/" + next + ".partial"), "x");
    assertEquals(1, restore(next));
  }

  private static final String OPEN = "000000010000000100000002";

  /** Pieces of two runs: none, gzip, encrypted. */
  private void writePieces() throws Exception {
    shell.run(
        """
        recipient=$(age-keygen -y key)
        cd cluster/wal/00000001/0000000100000001
        printf 'the ' > %1$s.00000000-00000004-0123456789ab.tail
        sha256sum %1$s.00000000-00000004-0123456789ab.tail \\
          > %1$s.00000000-00000004-0123456789ab.tail.sha256
        printf 'the last ' | gzip > %1$s.00000000-00000009-ab0123456789.tail.gz
        printf 'last bytes' | zstd | age -r "$recipient" \\
          > %1$s.00000004-0000000E-0123456789ab.tail.zst.age
        """
            .formatted(OPEN));
  }

  @Test
  void putsPiecesTogether() throws Exception {
    writePieces();
    assertEquals(0, restore(OPEN));
    byte[] expected = Arrays.copyOf("the last bytes".getBytes(US_ASCII), 16 << 20);
    assertArrayEquals(expected, Files.readAllBytes(target));
    assertEquals(1, restore("000000010000000100000003"));
  }

  @Test
  void piecesThatAreNotAllThereAreNoEnd() throws Exception {
    writePieces();
    shell.run("cd " + object("0000000100000001") + "; rm *.tail *.tail.gz");
    assertStops(OPEN);
  }

  @Test
  void piecesThatDifferStopRecovery() throws Exception {
    writePieces();
    Files.writeString(
        object("0000000100000001/" + OPEN + ".00000002-00000009-000000000000.tail"), "e lost ");
    // without its digest it was never acknowledged
    assertEquals(0, restore(OPEN));
    Files.writeString(target, "before");
    shell.run(
        "cd "
            + object("0000000100000001")
            + "; for f in *0000.tail; do sha256sum $f > $f.sha256; done");
    assertStops(OPEN);
  }

  @Test
  void aDamagedPieceStopsRecovery() throws Exception {
    writePieces();
    Files.writeString(
        object("0000000100000001/" + OPEN + ".00000000-00000004-0123456789ab.tail"), "thE ");
    assertStops(OPEN);
  }

  @Test
  void piecesBeforeALaterSegmentAreAHole() throws Exception {
    writePieces();
    Files.writeString(object("0000000100000001/000000010000000100000003.zst"), "x");
    assertStops(OPEN);
  }

  @Test
  void aHoleStopsRecovery() throws Exception {
    assertStops("000000010000000100000000");
    Files.delete(object("0000000100000000/" + FIRST + ".zst.age"));
    assertStops(FIRST);
    shell.run("rm -r " + object("0000000100000000"));
    assertStops(SECOND);
  }

  @Test
  void whatAHistoryPromisesIsNotTheEnd() throws Exception {
    String next = "000000010000000100000002";
    Path history = cluster.resolve("wal/00000002.history");
    Files.writeString(history, "1\t1/2FFFFFF\tno recovery target specified\n");
    assertEquals(1, restore(next));
    Files.writeString(history, "1\t1/3000000\tno recovery target specified\n");
    assertStops(next);
    assertEquals(1, restore("000000010000000100000003"));
    Files.writeString(history, "1\t1/\tno recovery target specified\n");
    assertStops(next);
  }

  @Test
  void theFirstSegmentOfATimelineIsNotTakenFromItsParent() throws Exception {
    Path history = cluster.resolve("wal/00000002.history");
    Files.writeString(history, "# written by hand\n\n1\t1/1000028\tpromoted\n");
    assertStops("000000020000000100000001");
    assertEquals(1, restore("000000020000000100000002"));
  }

  @Test
  void aMissingHistoryOfATimelineThatExistsStopsRecovery() throws Exception {
    shell.run("mkdir -p cluster/wal/00000002/0000000200000001");
    assertEquals(1, restore("00000002.history"));
    Files.writeString(
        cluster.resolve("wal/00000002/0000000200000001/000000020000000100000001.partial"), "");
    assertStops("00000002.history");
  }

  @Test
  void aMissingHistoryOfATimelineThatAnotherNamesStopsRecovery() throws Exception {
    Path history = cluster.resolve("wal/00000003.history");
    Files.writeString(history, "1\t1/1000028\tpromoted\n2\t1/2000028\tpromoted\n");
    assertStops("00000002.history");
    assertEquals(1, restore("00000004.history"));
  }

  @Test
  void damageStopsRecovery() throws Exception {
    Path first = object("0000000100000000/" + FIRST + ".zst.age");
    byte[] bytes = Files.readAllBytes(first);
    bytes[bytes.length - 1] ^= 1;
    Files.write(first, bytes);
    assertStops(FIRST);
    Path fourth = object("0000000100000001/" + FOURTH + ".gz");
    byte[] whole = Files.readAllBytes(fourth);
    Files.write(fourth, Arrays.copyOf(whole, whole.length - 1));
    assertStops(FOURTH);
    Files.writeString(object("0000000100000000/" + SECOND), "secomd\n");
    assertStops(SECOND);
    Files.delete(object("0000000100000000/" + SECOND + ".sha256"));
    assertStops(SECOND);
  }

  @Test
  void anotherKeyStopsRecovery() throws Exception {
    shell.run("rm key && age-keygen -o key 2> /dev/null");
    assertStops(FIRST);
    Files.delete(directory.resolve("key"));
    assertStops(FIRST);
  }

  @Test
  void anArchiveThatIsNotMountedStopsRecovery() throws Exception {
    shell.run("mv cluster elsewhere");
    assertStops("00000002.history");
    shell.run("mkdir cluster");
    assertStops("00000002.history");
    shell.run("rmdir cluster && mv elsewhere cluster && mv cluster/wal x && touch cluster/wal");
    assertStops("00000002.history");
  }

  @Test
  void aMissingCommandStopsRecovery() throws Exception {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertEquals(255, restore(shell.withOnly(empty), FIRST, target));
    Files.delete(directory.resolve("work/plain"));
    assertStops(FIRST);
  }

  @Test
  void aTargetThatCannotBeWrittenStopsRecovery() throws Exception {
    assertEquals(255, restore(shell, FIRST, directory.resolve("nowhere/RECOVERYXLOG")));
  }
}
