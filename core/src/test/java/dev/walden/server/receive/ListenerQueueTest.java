package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ListenerQueueTest {
  private final List<WalReceiverEvent> told = new CopyOnWriteArrayList<>();
  private final ListenerQueue queue = new ListenerQueue(told::add);

  @Test
  void dropsTheOldestAndCountsThem() throws Exception {
    for (int i = 0; i < 300; i++) {
      queue.add(new WalReceiverEvent.Streaming(TimelineId.FIRST, new Lsn(i)));
    }
    queue.add(new WalReceiverEvent.Stopped(Optional.empty()));
    queue.add(new WalReceiverEvent.DurabilityResumed(Lsn.ZERO));
    assertEquals(45, queue.dropped());
    Thread[] thread = new Thread[1];
    queue.start(task -> thread[0] = new Thread(task), () -> {});
    thread[0].join(30_000);
    assertFalse(thread[0].isAlive(), "the thread goes on after the last event");
    assertEquals(256, told.size());
    assertEquals(new WalReceiverEvent.Streaming(TimelineId.FIRST, new Lsn(45)), told.get(0));
    assertEquals(new WalReceiverEvent.Stopped(Optional.empty()), told.get(255));
  }
}
