package dev.walden.server.receive.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlushFeedbackTest {
  private static final Lsn KEPT = Lsn.parse("0/3000000");
  private static final Lsn A = Lsn.parse("0/3000100");
  private static final Lsn B = Lsn.parse("0/3000200");
  private static final Lsn C = Lsn.parse("0/3000300");
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private long nanos = Long.MAX_VALUE - 1_000_000_000;
  private final FlushFeedback feedback = new FlushFeedback(INTERVAL, () -> nanos);

  @BeforeEach
  void begin() {
    feedback.keptFrom(KEPT, true);
    feedback.begin();
  }

  private static Positions at(long timeline, Lsn received, Lsn flushed) {
    return new Positions(
        Optional.of(new TimelineId(timeline)),
        Optional.of(KEPT),
        Optional.of(received),
        Optional.ofNullable(flushed),
        Optional.empty());
  }

  private static Optional<StandbyStatus> status(Lsn written, Lsn flushed) {
    return Optional.of(new StandbyStatus(written, Optional.ofNullable(flushed), false));
  }

  @Test
  void saysAtOnceWhatIsNewAndNowAndThenWhatIsNot() {
    assertEquals(status(A, null), feedback.due(at(1, A, null)));
    assertEquals(Optional.empty(), feedback.due(at(1, B, null)));
    assertEquals(Optional.empty(), feedback.progress(at(1, B, null)));
    assertEquals(status(A, A), feedback.progress(at(1, C, A)));
    assertEquals(Optional.empty(), feedback.due(at(1, C, A)));
    assertEquals(status(B, B), feedback.due(at(1, C, B)));
    nanos += INTERVAL.toNanos();
    assertEquals(Optional.empty(), feedback.progress(at(1, C, B)));
    assertEquals(status(B, B), feedback.due(at(1, C, B)));
    feedback.begin();
    assertEquals(status(B, B), feedback.due(at(1, C, B)));
  }

  @Test
  void saysNothingBeforeWhatTheSlotKeeps() {
    feedback.keptFrom(B, true);
    assertEquals(status(C, null), feedback.due(at(1, C, A)));
    // a guess counts only as long as nothing was told
    feedback.keptFrom(A, false);
    nanos += INTERVAL.toNanos();
    assertEquals(status(A, A), feedback.due(at(1, C, A)));
    feedback.keptFrom(C, false);
    assertEquals(status(B, B), feedback.due(at(1, C, B)));
  }

  @Test
  void neverTellsLessThanItHasTold() {
    assertEquals(status(B, B), feedback.due(at(1, C, B)));
    feedback.begin();
    assertEquals(status(C, null), feedback.due(at(1, C, A)));
    assertEquals(status(C, C), feedback.due(at(1, C, C)));
  }

  @Test
  void anotherTimelineMayBeginBeforeThat() {
    assertEquals(status(B, B), feedback.due(at(1, C, B)));
    feedback.begin();
    assertEquals(status(A, A), feedback.due(at(2, A, A)));
  }

  @Test
  void aServerThatShutsDownIsNotHeldUp() {
    assertEquals(status(C, null).get(), feedback.reply(at(1, C, B), true));
    assertEquals(status(B, B).get(), feedback.reply(at(1, C, B), false));
    assertEquals(status(C, C).get(), feedback.reply(at(1, C, C), true));
  }

  @Test
  void asksForASignOfLife() {
    assertTrue(feedback.request(at(1, C, B)).replyRequested());
  }
}
