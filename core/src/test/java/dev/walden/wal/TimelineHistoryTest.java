package dev.walden.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.CorruptFileException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineHistoryTest {
  private static final TimelineId TWO = new TimelineId(2);
  private static final TimelineId THREE = new TimelineId(3);

  /** A file of PostgreSQL 15: recovery aimed at timeline 2, but stopped before its beginning. */
  private static final String DECREASING =
      "1\t0/301E748\tno recovery target specified\n\n2\t0/301E678\tafter LSN 0/301E640\n\n";

  @Test
  void readsAFileOfPostgres() throws CorruptFileException {
    assertEquals(
        List.of(
            new TimelineHistory.Ancestor(
                TimelineId.FIRST, Lsn.parse("0/301E748"), "no recovery target specified"),
            new TimelineHistory.Ancestor(TWO, Lsn.parse("0/301E678"), "after LSN 0/301E640")),
        parse(3, DECREASING).ancestors());
  }

  @Test
  void decreasingSwitchPointsLeaveATimelineEmpty() throws CorruptFileException {
    TimelineHistory history = parse(3, DECREASING);
    assertEquals(TimelineId.FIRST, history.timelineAt(Lsn.parse("0/301E677")));
    assertEquals(THREE, history.timelineAt(Lsn.parse("0/301E678")));
    assertEquals(THREE, history.timelineAt(Lsn.parse("0/301E748")));
    assertEquals(Optional.of(Lsn.parse("0/301E748")), history.switchPoint(TimelineId.FIRST));
    assertEquals(Optional.of(Lsn.parse("0/301E678")), history.end(TimelineId.FIRST));
    assertEquals(Optional.of(Lsn.parse("0/301E748")), history.begin(TWO));
    assertEquals(Optional.of(Lsn.parse("0/301E678")), history.end(TWO));
    assertEquals(Optional.of(TWO), history.child(TimelineId.FIRST));
  }

  @Test
  void theFirstTimelineHoldsEverything() {
    TimelineHistory first = TimelineHistory.first();
    assertEquals(TimelineId.FIRST, first.timelineAt(new Lsn(-1)));
    assertEquals(Optional.empty(), first.begin(TimelineId.FIRST));
    assertEquals(Optional.empty(), first.end(TimelineId.FIRST));
    assertEquals(0, first.content().length);
  }

  @Test
  void aTimelineThatIsNotOfTheHistoryIsAnArgumentMistake() {
    TimelineHistory first = TimelineHistory.first();
    assertThrows(IllegalArgumentException.class, () -> first.begin(TWO));
    assertThrows(IllegalArgumentException.class, () -> first.end(TWO));
    assertThrows(IllegalArgumentException.class, () -> first.child(TWO));
    assertThrows(IllegalArgumentException.class, () -> first.switchPoint(TWO));
  }

  @Test
  void whiteSpaceAndCommentsAreSkipped() throws CorruptFileException {
    TimelineHistory history =
        parse(9, "# a comment\n\n \t \n  1 \t 0/5000000\n\t7\t0/6000000 at\tè\n  # 8\t0/1\n");
    assertEquals(
        List.of(
            new TimelineHistory.Ancestor(TimelineId.FIRST, Lsn.parse("0/5000000"), ""),
            new TimelineHistory.Ancestor(new TimelineId(7), Lsn.parse("0/6000000"), "at\tè")),
        history.ancestors());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 | ''                        | -1",
        "2 | '# only a comment~'       | -1",
        "2 | '1@0/3000000@cut off'     | 0",
        "2 | '2@0/3000000~'            | 0",
        "3 | '1@0/3000000~1@0/4000000~'| 12",
        "4 | '2@0/3000000~1@0/4000000~'| 12",
        "3 | '1@0/3000000~~x~'         | 13",
        "3 | '1@0/3000000~2~'          | 12",
        "3 | '0@0/3000000~'            | 0",
        "3 | '-1@0/3000000~'           | 0",
        "3 | '0x1@0/3000000~'          | 0",
        "3 | '1@0/0~'                  | 0",
        "3 | '1@0/300000000~'          | 0",
        "3 | '1@03000000~'             | 0",
        "3 | '1@0/3000000;~'           | 0",
        "3 | '9999999999@0/3000000~'   | 0",
        "3 | '99999999999@0/3000000~'  | 0",
        "1 | '1@0/3000000~'            | 0",
      })
  void whatPostgresDoesNotWriteIsRefused(int timeline, String text, long offset) {
    CorruptFileException e =
        assertThrows(
            CorruptFileException.class,
            () -> parse(timeline, text.replace('@', '\t').replace('~', '\n')));
    assertEquals("0000000" + timeline + ".history", e.file());
    assertEquals(offset, e.offset());
  }

  @Test
  void aFileBeyondTheLimitIsRefused() {
    String line = "# " + "x".repeat(TimelineHistory.MAX_CONTENT) + "\n1\t0/3000000\tx\n";
    assertThrows(CorruptFileException.class, () -> parse(2, line));
  }

  @Test
  void equalNumbersOfDifferentOriginDiffer() throws CorruptFileException {
    assertEquals(parse(2, "1\t0/3000000\tx\n"), parse(2, "1\t0/3000000\tx\n"));
    assertEquals(false, parse(2, "1\t0/3000000\tx\n").equals(parse(2, "1\t0/3000000\ty\n")));
  }

  private static TimelineHistory parse(int timeline, String text) throws CorruptFileException {
    return TimelineHistory.parse(new TimelineId(timeline), text.getBytes(UTF_8));
  }
}
