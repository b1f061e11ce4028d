package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.server.protocol.ReplicationStream.Event;
import dev.walden.wal.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** Collects what a stream brings, as a client that answers whenever it is asked. */
final class StreamedWal {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ReplicationStream stream;
  private final Lsn start;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int ticks;

  StreamedWal(ReplicationStream stream, Lsn start) {
    this.stream = stream;
    this.start = start;
  }

  /** Reads until WAL up to {@code lsn} is there. */
  void readTo(Lsn lsn) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (end().isBefore(lsn)) {
      Event event = read();
      if (event != Event.DATA && event != Event.KEEPALIVE && event != Event.IDLE) {
        throw new AssertionError(event + " at " + end());
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no WAL beyond " + end());
      }
    }
  }

  /** Reads until there is an event of this kind. */
  void readTo(Event wanted) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (read() != wanted) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + wanted + " at " + end());
      }
    }
  }

  /** Takes one event. */
  Event read() throws IOException {
    Event event = stream.next();
    if (event == Event.DATA) {
      assertEquals(end(), stream.dataStart());
      byte[] data = new byte[stream.data().remaining()];
      stream.data().get(data);
      bytes.writeBytes(data);
    } else if (event == Event.IDLE) {
      ticks++;
    } else if (event == Event.KEEPALIVE && stream.replyRequested()) {
      stream.sendStatus(end(), end(), Lsn.ZERO, false);
    }
    return event;
  }

  /** How often nothing came for a whole tick. */
  int ticks() {
    return ticks;
  }

  Lsn end() {
    return start.plus(bytes.size());
  }

  /** A part of what came. */
  byte[] bytes(Lsn from, Lsn to) {
    return Arrays.copyOfRange(bytes.toByteArray(), (int) from.minus(start), (int) to.minus(start));
  }
}
