package dev.walden.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and a server, and does something before a command first goes through, or
 * damages what the server answers.
 */
final class Interception implements Closeable {
  private final ServerSocket listening;
  private volatile int server;
  private final String command;
  private final Action action;
  private final String damaged;
  private final AtomicInteger damages;
  private final AtomicInteger seen = new AtomicInteger();
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  /** What is done meanwhile; a step of a thread that ends with its sockets. */
  interface Action {
    void run() throws Exception;
  }

  private Interception(int server, String command, Action action, String damaged, int times)
      throws IOException {
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.server = server;
    this.command = command;
    this.action = action;
    this.damaged = damaged;
    this.damages = new AtomicInteger(times);
  }

  static Interception of(int server, String command, Action action) throws IOException {
    Interception gate = new Interception(server, command, action, "", 0);
    start(gate::accept);
    return gate;
  }

  /** Flips a bit of some words the first so many times that the server sends them. */
  static Interception damaging(int server, String words, int times) throws IOException {
    Interception gate = new Interception(server, "\0", () -> {}, words, times);
    start(gate::accept);
    return gate;
  }

  /** How often it has damaged nothing although it was to. */
  int damagesLeft() {
    return damages.get();
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Ends all connections; those that come go to another server. */
  void turnTo(int otherServer) throws IOException {
    server = otherServer;
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** How often the command came. */
  int seen() {
    return seen.get();
  }

  private static void start(Action step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (Exception e) {
                // the other side sees its connection end
              }
            },
            "interception");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      Socket upstream;
      try {
        upstream = new Socket(InetAddress.getLoopbackAddress(), server);
      } catch (IOException e) {
        client.close(); // nobody is there
        continue;
      }
      sockets.add(client);
      sockets.add(upstream);
      start(() -> copy(client, upstream, true));
      start(() -> copy(upstream, client, false));
    }
  }

  private void copy(Socket from, Socket to, boolean commands) throws Exception {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (commands
            && new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(command)
            && seen.getAndIncrement() == 0) {
          action.run();
        }
        if (!commands && damages.get() > 0) {
          int at = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).indexOf(damaged);
          if (at >= 0 && damages.getAndDecrement() > 0) {
            buffer[at] ^= 4;
          }
        }
        out.write(buffer, 0, n);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
