package dev.walden.server;

import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;

/** A user's own {@code socketFactory}, made by PgJDBC by name. */
public final class CountingSocketFactory extends SocketFactory {
  static final AtomicInteger MADE = new AtomicInteger();

  @Override
  public Socket createSocket() {
    MADE.incrementAndGet();
    return new Socket();
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
