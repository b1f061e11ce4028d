package dev.walden.server;

import java.net.InetAddress;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;

/** A user's own {@code socketFactory}, made by PgJDBC by name. Remembers what it made. */
public final class CountingSocketFactory extends SocketFactory {
  public static final AtomicInteger MADE = new AtomicInteger();

  private static final Queue<Socket> SOCKETS = new ConcurrentLinkedQueue<>();

  /** How many of its sockets are open. */
  public static long open() {
    return SOCKETS.stream().filter(socket -> !socket.isClosed()).count();
  }

  @Override
  public Socket createSocket() {
    MADE.incrementAndGet();
    Socket socket = new Socket();
    SOCKETS.add(socket);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException();
  }
}
