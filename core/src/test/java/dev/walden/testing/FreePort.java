package dev.walden.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Chooses ports below those that systems give to outgoing connections, so that they stay free. */
final class FreePort {
  private static final int FIRST = 15_000;
  private static final int END = 32_000;
  private static final int TRIALS = 100;

  private FreePort() {}

  static int choose() throws IOException {
    IOException taken = null;
    for (int i = 0; i < TRIALS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket =
          new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
        return socket.getLocalPort();
      } catch (IOException e) {
        taken = e;
      }
    }
    throw new IOException("found no free port", taken);
  }
}
