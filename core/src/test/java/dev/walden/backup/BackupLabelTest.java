package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupLabelTest {
  private static final String FULL =
      """
      START WAL LOCATION: A/2000028 (file 0000000B0000000A00000002)
      CHECKPOINT LOCATION: A/2000060
      BACKUP METHOD: streamed
      BACKUP FROM: standby
      START TIME: 2026-11-22 14:01:13 CET
      LABEL: nightly (café)
      START TIMELINE: 11
      """;

  private static final String INCREMENTAL =
      FULL
          + """
          INCREMENTAL FROM LSN: 9/FF000028
          INCREMENTAL FROM TLI: 10
          """;

  @Test
  void readsAFullBackup() throws CorruptFileException {
    BackupLabel label = parse(FULL);
    assertEquals(Lsn.parse("A/2000028"), label.startWalLocation());
    assertEquals("0000000B0000000A00000002", label.startWalFile().toString());
    assertEquals(new TimelineId(11), label.startTimeline());
    assertEquals(Lsn.parse("A/2000060"), label.checkpointLocation());
    assertEquals(BackupLabel.Method.STREAMED, label.method());
    assertEquals(BackupLabel.Origin.STANDBY, label.origin());
    assertEquals("2026-11-22 14:01:13 CET", label.startTime());
    assertEquals("nightly (café)", label.label());
    assertEquals(Optional.empty(), label.incrementalFrom());
    assertArrayEquals(FULL.getBytes(UTF_8), label.content());
    assertEquals(FULL, label.toString());
  }

  @Test
  void readsAnIncrementalBackup() throws CorruptFileException {
    assertEquals(
        Optional.of(new BackupLabel.IncrementalFrom(Lsn.parse("9/FF000028"), new TimelineId(10))),
        parse(INCREMENTAL).incrementalFrom());
  }

  @Test
  void readsWhatRewindWrites() throws CorruptFileException {
    String rewind = FULL.replace("streamed", "pg_rewind").replaceAll("LABEL: [^\\n]*\\n.*\\n", "");
    assertEquals(5, rewind.lines().count());
    assertEquals(BackupLabel.Method.PG_REWIND, parse(rewind).method());
    assertEquals("", parse(rewind).label());
  }

  @Test
  void theExclusiveMethodAndAnEmptyLabelAreRead() throws CorruptFileException {
    BackupLabel label =
        parse(FULL.replace("streamed", "pg_start_backup").replace("nightly (café)", ""));
    assertEquals(BackupLabel.Method.PG_START_BACKUP, label.method());
    assertEquals("", label.label());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'A/2000028 (file' | 'A/2000028  (file'   | 0",
        "'A/2000028'       | 'A-2000028'          | 0",
        "'00000002)'       | '00000002.partial)'  | 0",
        "'0000000B00'      | '0000000000'         | 0", // timeline 0
        "'0A00000002'      | '0A00001000'         | 0", // no segment size has so many
        "'00000002)~'      | '00000002)^~'        | 0",
        "'CHECKPOINT'      | 'checkpoint'         | 62",
        "'streamed'        | 'copied'             | 93",
        "'standby'         | 'master'             | 117",
        "'LABEL: '         | 'LABEL'              | 174",
        "'LINE: 11'        | 'LINE: 12'           | 197",
        "'LINE: 11'        | 'LINE: 0'            | 197",
        "'LINE: 11'        | 'LINE: 9999999999'   | 197",
        "'TLI: 10'         | 'TLI: 0'             | 249",
        "'FROM TLI'        | 'FROM'               | 249",
        "'INCREMENTAL FROM LSN' | 'STOP'          | 216",
      })
  void whatNoServerWritesIsRefused(String was, String is, long offset) {
    String content =
        INCREMENTAL.replace(was.replace('~', '\n'), is.replace('~', '\n').replace('^', '\r'));
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> parse(content));
    assertEquals("backup_label", e.file());
    assertEquals(offset, e.offset());
  }

  @Test
  void everyTornFileIsRefused() throws CorruptFileException {
    byte[] whole = INCREMENTAL.getBytes(UTF_8);
    for (int length = 0; length < whole.length; length++) {
      String torn = new String(whole, 0, length, UTF_8);
      if (!torn.equals(FULL)) {
        assertThrows(CorruptFileException.class, () -> parse(torn), torn);
      }
    }
  }

  @Test
  void windowsLineEndsAreRefused() {
    assertThrows(CorruptFileException.class, () -> parse(FULL.replace("\n", "\r\n")));
  }

  @Test
  void aFileBeyondTheLimitIsRefused() {
    assertThrows(
        CorruptFileException.class, () -> parse(FULL + "x".repeat(BackupLabel.MAX_CONTENT)));
  }

  private static BackupLabel parse(String text) throws CorruptFileException {
    return BackupLabel.parse("backup_label", text.getBytes(UTF_8));
  }
}
