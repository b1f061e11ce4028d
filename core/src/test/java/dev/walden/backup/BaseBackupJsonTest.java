package dev.walden.backup;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaseBackupJsonTest {
  private static final BackupObject SHA =
      new BackupObject(
          "files.json", 1, 2, new ObjectDigest(ObjectDigest.Algorithm.SHA256, "0a".repeat(32)));
  private static final BackupObject CRC =
      new BackupObject(
          "00001.tar", 3, 4, new ObjectDigest(ObjectDigest.Algorithm.CRC32, "cbf43926"));
  private static final BaseBackup BACKUP =
      new BaseBackup(
          new BackupId("20261122T101024Z-3f9a0c52d1e7"),
          new ClusterIdentity(new SystemIdentifier(1), WalSegmentSize.DEFAULT, PgVersion.PG_17),
          new Lsn(0x28),
          TimelineId.FIRST,
          new Lsn(0x60),
          new Lsn(0x100),
          TimelineId.FIRST,
          Instant.EPOCH,
          Instant.EPOCH,
          List.of(16384L),
          List.of(CRC),
          SHA,
          SHA,
          List.of());

  private static BaseBackup parse(String text) throws Exception {
    return BaseBackupJson.parse("backup.json", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsWhatItPrints() throws Exception {
    String text = new String(BaseBackupJson.print(BACKUP), StandardCharsets.UTF_8);
    assertTrue(text.contains("\"crc32\" : \"cbf43926\""), text);
    assertEquals(BACKUP, parse(text));
  }

  @Test
  void refusesAnObjectWithoutADigestItKnows() {
    String text = new String(BaseBackupJson.print(BACKUP), StandardCharsets.UTF_8);
    for (String wrong :
        List.of(
            "\"crc99\" : \"cbf43926\"", "\"crc32\" : \"cbf4392\"", "\"sha256\" : \"cbf43926\"")) {
      String damaged = text.replace("\"crc32\" : \"cbf43926\"", wrong);
      assertThrows(CorruptFileException.class, () -> parse(damaged), wrong);
    }
  }

  private static BaseBackup with(List<BackupWarning> warnings) {
    return new BaseBackup(
        BACKUP.id(),
        BACKUP.cluster(),
        BACKUP.startLsn(),
        BACKUP.startTimeline(),
        BACKUP.checkpointLsn(),
        BACKUP.endLsn(),
        BACKUP.endTimeline(),
        BACKUP.startTime(),
        BACKUP.endTime(),
        BACKUP.tablespaces(),
        BACKUP.parts(),
        BACKUP.manifest(),
        BACKUP.files(),
        warnings);
  }

  @Test
  void readsTheWarningsItPrints() throws Exception {
    BaseBackup warned =
        with(
            List.of(
                BackupWarning.ofFinding("pg_xact is not in the backup"),
                BackupWarning.ofServer(
                    "WARNING", "01000", "sendDir", "überspringe »./base/1«\u001b[2J\n")));
    assertEquals(warned, parse(new String(BaseBackupJson.print(warned), StandardCharsets.UTF_8)));
    assertEquals("überspringe »./base/1« [2J ", warned.warnings().get(1).message());
    assertEquals(
        List.of(),
        parse(new String(BaseBackupJson.print(BACKUP), StandardCharsets.UTF_8)).warnings());
  }

  @Test
  void cutsALongWarning() {
    String smiles = "\uD83D\uDE00".repeat(600);
    for (String message : List.of(smiles, "x" + smiles, "x".repeat(5000))) {
      String cut = BackupWarning.ofFinding(message).message();
      assertTrue(cut.length() == 1000 || cut.length() == 999, () -> cut.length() + " characters");
      assertTrue(cut.endsWith("…"));
      assertTrue(message.startsWith(cut.substring(0, cut.length() - 1)));
      assertEquals(cut, new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }
  }

  @Test
  void refusesWarningsThatItNeverPrints() {
    String text =
        new String(
            BaseBackupJson.print(with(List.of(BackupWarning.ofFinding("odd")))),
            StandardCharsets.UTF_8);
    String member = "\"message\" : \"odd\"";
    assertTrue(text.contains(member), text);
    for (String wrong :
        List.of(
            "\"message\" : \"\\u001b[2J\"",
            "\"message\" : \"two\\nlines\"",
            "\"message\" : \"" + "x".repeat(1001) + '"',
            "\"message\" : 1",
            "\"massage\" : \"odd\"")) {
      assertThrows(CorruptFileException.class, () -> parse(text.replace(member, wrong)), wrong);
    }
    String one = text.substring(text.indexOf("\"warnings\" : [") + 14, text.lastIndexOf(']'));
    String many = text.replace(one, one + ("," + one).repeat(100));
    assertThrows(CorruptFileException.class, () -> parse(many));
    String hundred = text.replace(one, one + ("," + one).repeat(99));
    assertDoesNotThrow(() -> parse(hundred));
    String object = text.substring(0, text.indexOf("\"warnings\"")) + "\"warnings\" : {} }";
    assertThrows(CorruptFileException.class, () -> parse(object));
  }
}
