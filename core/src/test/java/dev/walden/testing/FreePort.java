package dev.walden.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses ports below the ephemeral range, so that they stay free. Each process cycles through its
 * own range, derived from its id, so that it avoids ports that it, or a process started at about
 * the same time, has chosen but not used yet.
 */
final class FreePort {
  private static final int FIRST = 15_000;
  private static final int STRETCH = 1_000;
  private static final int STRETCHES = 17;
  private static final int TRIALS = 100;

  private static int last = ThreadLocalRandom.current().nextInt(STRETCH);

  private FreePort() {}

  static synchronized int choose() throws IOException {
    int first = FIRST + STRETCH * (int) (ProcessHandle.current().pid() % STRETCHES);
    IOException taken = null;
    for (int i = 0; i < TRIALS; i++) {
      last = (last + 1) % STRETCH;
      try (ServerSocket socket =
          new ServerSocket(first + last, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
        return socket.getLocalPort();
      } catch (IOException e) {
        taken = e;
      }
    }
    throw new IOException("found no free port", taken);
  }
}
