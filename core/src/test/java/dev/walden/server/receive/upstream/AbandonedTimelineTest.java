package dev.walden.server.receive.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.server.ServerAddress;
import dev.walden.server.receive.WalReceiver;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AbandonedTimelineTest {
  private static TimelineHistory history(long timeline, String content)
      throws CorruptFileException {
    return TimelineHistory.parse(
        new TimelineId(timeline), content.getBytes(StandardCharsets.US_ASCII));
  }

  private static Optional<AbandonedTimeline> find(long timeline, TimelineHistory... archived) {
    return AbandonedTimeline.find(new TimelineId(timeline), List.of(archived));
  }

  @Test
  void theNewestAndBranchesAreNotLeft() throws Exception {
    TimelineHistory second = history(2, "1\t0/600000\tx\n");
    assertTrue(find(1).isEmpty());
    assertTrue(find(2, second).isEmpty());
    assertTrue(find(3, second, history(3, "1\t0/500000\tx\n")).isEmpty());
  }

  @Test
  void isLeftWhereTheFirstOneDid() throws Exception {
    TimelineHistory second = history(2, "1\t0/600000\tx\n");
    TimelineHistory third = history(3, "1\t0/600000\tx\n2\t0/700000\tx\n");
    TimelineHistory fourth = history(4, "1\t0/500000\tx\n");
    assertEquals(Lsn.parse("0/600000"), find(1, second, third).orElseThrow().end());
    assertEquals(Lsn.parse("0/700000"), find(2, second, third).orElseThrow().end());
    assertEquals(new TimelineId(4), find(1, second, third, fourth).orElseThrow().child());
  }

  @Test
  void oneThatLagsHasNotPassed() throws Exception {
    AbandonedTimeline left = find(1, history(2, "1\t0/600000\tx\n")).orElseThrow();
    assertFalse(left.isPassed(Lsn.parse("0/5FFFFF")));
    assertFalse(left.isPassed(Lsn.parse("0/600000")));
    assertTrue(left.isPassed(Lsn.parse("0/600001")));
  }

  @Test
  void theRefusalNamesTheMethodThatAllowsIt() throws Exception {
    AbandonedTimeline left = find(1, history(2, "1\t0/600000\tx\n")).orElseThrow();
    ServerAddress server = ServerAddress.of("jdbc:postgresql://127.0.0.1:1/?user=walden");
    String refusal = left.refusal(server, Lsn.parse("0/600001")).getMessage();
    Matcher method = Pattern.compile("WalReceiver\\.Builder\\.(\\w+)").matcher(refusal);
    assertTrue(method.find(), refusal);
    assertEquals(
        WalReceiver.Builder.class,
        WalReceiver.Builder.class.getMethod(method.group(1)).getReturnType());
  }
}
