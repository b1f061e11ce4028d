package dev.walden.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a server, as a network that can fail: {@link #turn} changes what
 * happens to all connections, those that there are and new ones. May also do something before a
 * command first goes through, or damage what the server answers. Closing it closes all connections.
 */
public final class Proxy implements Closeable {
  private static final int SMALL_BUFFER = 4 << 10;

  private final ServerSocket listening;
  private volatile int server;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger seen = new AtomicInteger();
  private final AtomicInteger damages = new AtomicInteger();
  private String command;
  private Action action;
  private String damaged;
  private State state = State.FORWARDING;

  /** What the network does. */
  public enum State {
    FORWARDING,
    /** Takes connections and bytes, and loses the bytes, both ways. */
    SWALLOWING,
    /** Takes connections, and reads nothing any more, from either side. */
    NOT_READING,
    /** Reads nothing any more from clients; what the server sends arrives. */
    DEAF,
    /** Ends connections with RST, and each new one, too. */
    RESETTING,
    /** Ends connections, and listens no more; for ever. */
    REFUSING
  }

  /** What is done meanwhile; a step of a thread that ends with its sockets. */
  public interface Action {
    void run() throws Exception;
  }

  private Proxy(int server) throws IOException {
    this.listening = new ServerSocket();
    // buffers of sockets that are accepted; small, so that a client's writes soon wait
    listening.setReceiveBufferSize(SMALL_BUFFER);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    this.server = server;
  }

  /** Before this port, forwarding. */
  public static Proxy of(int server) throws IOException {
    Proxy proxy = new Proxy(server);
    start(proxy::accept);
    return proxy;
  }

  /** Forwards, and does something before a command first goes through. */
  public static Proxy of(int server, String command, Action action) throws IOException {
    Proxy proxy = new Proxy(server);
    proxy.command = command;
    proxy.action = action;
    start(proxy::accept);
    return proxy;
  }

  /** Forwards, and flips a bit of some words the first so many times that the server sends them. */
  public static Proxy damaging(int server, String words, int times) throws IOException {
    Proxy proxy = new Proxy(server);
    proxy.damaged = words;
    proxy.damages.set(times);
    start(proxy::accept);
    return proxy;
  }

  /** How often it has damaged nothing although it was to. */
  public int damagesLeft() {
    return damages.get();
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** How many connections were taken. */
  public int accepted() {
    return accepted.get();
  }

  /** How often the command came. */
  public int seen() {
    return seen.get();
  }

  public synchronized void turn(State next) throws IOException {
    state = next;
    notifyAll();
    if (next == State.REFUSING) {
      listening.close();
    }
    if (next == State.REFUSING || next == State.RESETTING) {
      cut(next);
    }
  }

  /** Ends all connections; those that come go to another server. */
  public synchronized void turnTo(int otherServer) throws IOException {
    server = otherServer;
    cut(state);
  }

  private void cut(State how) throws IOException {
    for (Socket socket = sockets.poll(); socket != null; socket = sockets.poll()) {
      if (how == State.RESETTING && !socket.isClosed()) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    }
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
            "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      accepted.incrementAndGet();
      synchronized (this) {
        sockets.add(client);
        if (state == State.RESETTING) {
          cut(state);
          continue;
        }
      }
      start(() -> connect(client));
    }
  }

  private void connect(Socket client) throws Exception {
    try (client) {
      awaitNot(State.NOT_READING);
      Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server);
      sockets.add(upstream);
      start(() -> copy(upstream, client, false));
      copy(client, upstream, true);
    }
  }

  private void copy(Socket from, Socket to, boolean commands) throws Exception {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      boolean lost = false;
      while (true) {
        awaitReading(commands);
        int n = in.read(buffer);
        awaitReading(commands);
        lost |= is(State.SWALLOWING);
        if (lost) {
          if (n < 0 || !is(State.SWALLOWING)) {
            // while the network is cut, nobody learns that the other side has hung up
            awaitNot(State.SWALLOWING);
            return;
          }
        } else if (n < 0) {
          return;
        } else {
          if (commands) {
            before(buffer, n);
          } else {
            damage(buffer, n);
          }
          out.write(buffer, 0, n);
        }
      }
    }
  }

  private void awaitReading(boolean fromClient) throws InterruptedException {
    awaitNot(State.NOT_READING);
    if (fromClient) {
      awaitNot(State.DEAF);
    }
  }

  private void before(byte[] buffer, int n) throws Exception {
    if (command != null
        && new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(command)
        && seen.getAndIncrement() == 0) {
      action.run();
    }
  }

  private void damage(byte[] buffer, int n) {
    if (damages.get() > 0) {
      int at = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).indexOf(damaged);
      if (at >= 0 && damages.getAndDecrement() > 0) {
        buffer[at] ^= 4;
      }
    }
  }

  private synchronized boolean is(State now) {
    return state == now;
  }

  private synchronized void awaitNot(State bad) throws InterruptedException {
    while (state == bad && !listening.isClosed()) {
      wait(1000);
    }
  }

  @Override
  public void close() throws IOException {
    turn(State.REFUSING);
  }
}
