package dev.walden.backup;

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
          SHA);

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
}
