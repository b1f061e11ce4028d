package dev.walden.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * Stands between a client and an HTTP server and does something to each request. Every connection
 * carries one request.
 */
public final class FaultyWire implements Closeable {
  /** What happens to a request. */
  public enum Fault {
    NONE,
    /** The connection is cut before the server hears of the request. */
    CUT_BEFORE,
    /** The server does what it is told, and its answer is lost. */
    CUT_AFTER,
    /** The answer ends in the middle of its body. */
    TRUNCATED,
    /** The answer comes in small pieces with waits between them. */
    SLOW,
    /** 500 Internal Server Error, and nothing is done. */
    ERROR,
    /** 503 Slow Down, and nothing is done. */
    SLOW_DOWN,
    /** 501 Not Implemented, and nothing is done. */
    NOT_IMPLEMENTED,
    /** 200 OK, and every key but the last is said to be deleted; nothing is done. */
    LAST_KEY_REFUSED,
    /** 200 OK, with a refusal that names no key; nothing is done. */
    SOME_KEY_REFUSED,
    /** Nothing is ever answered. */
    SILENCE,
    /** A byte in the middle of the request's body becomes another. */
    DAMAGED_REQUEST,
    /** The request arrives without its condition. */
    UNCONDITIONAL
  }

  private static final int SLOW_PIECE = 4096;

  private final ServerSocket listening;
  private final int server;
  private final Function<String, Fault> faults;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  private FaultyWire(int server, Function<String, Fault> faults) throws IOException {
    this.listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    this.server = server;
    this.faults = faults;
  }

  /**
   * Begins to listen.
   *
   * @param faults asked for each request, with its first line
   */
  public static FaultyWire to(int server, Function<String, Fault> faults) throws IOException {
    FaultyWire wire = new FaultyWire(server, faults);
    start(wire::accept);
    return wire;
  }

  public int port() {
    return listening.getLocalPort();
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (Exception e) {
                // the other side sees its connection end
              }
            },
            "faulty-wire");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      sockets.add(client);
      start(() -> serve(client));
    }
  }

  private void serve(Socket socket) throws Exception {
    try (Socket client = socket) {
      InputStream in = client.getInputStream();
      String head = head(in);
      Fault fault = faults.apply(head.substring(0, head.indexOf('\r')));
      switch (fault) {
        case CUT_BEFORE -> {}
        case SILENCE -> in.transferTo(OutputStream.nullOutputStream());
        case ERROR -> refuse(client, "500 Internal Server Error", "InternalError");
        case NOT_IMPLEMENTED -> refuse(client, "501 Not Implemented", "NotImplemented");
        case SLOW_DOWN -> refuse(client, "503 Slow Down", "SlowDown");
        case LAST_KEY_REFUSED -> {
          String body = new String(in.readNBytes((int) length(head)), StandardCharsets.UTF_8);
          refuseKey(
              client, body.substring(body.lastIndexOf("<Key>"), body.lastIndexOf("</Key>") + 6));
        }
        case SOME_KEY_REFUSED -> {
          in.skipNBytes(length(head));
          refuseKey(client, "");
        }
        default -> forward(client, in, head, fault);
      }
    }
  }

  /** A request's first line and headers, with the empty line behind them. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException();
      }
      head.write(b);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static void refuse(Socket client, String status, String code) throws IOException {
    answer(client, status, "<Error><Code>" + code + "</Code><Message>as told</Message></Error>");
  }

  private static void refuseKey(Socket client, String key) throws IOException {
    answer(
        client,
        "200 OK",
        "<DeleteResult><Error>"
            + key
            + "<Code>AccessDenied</Code><Message>as told</Message></Error></DeleteResult>");
  }

  private static void answer(Socket client, String status, String body) throws IOException {
    client
        .getOutputStream()
        .write(
            ("HTTP/1.1 "
                    + status
                    + "\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body)
                .getBytes(StandardCharsets.ISO_8859_1));
    client.shutdownOutput();
    client.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private void forward(Socket client, InputStream in, String head, Fault fault) throws Exception {
    try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server)) {
      sockets.add(upstream);
      OutputStream out = upstream.getOutputStream();
      String sent = head.replaceFirst("(?i)\r\nConnection: [^\r]*", "");
      if (fault == Fault.UNCONDITIONAL) {
        sent = sent.replaceFirst("(?i)\r\nIf-None-Match: [^\r]*", "");
      }
      sent = sent.replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
      out.write(sent.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      start(() -> sendBody(in, out, length(head), fault == Fault.DAMAGED_REQUEST));
      answer(upstream.getInputStream(), client.getOutputStream(), fault);
    }
  }

  private static long length(String head) {
    for (String line : head.split("\r\n")) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length: ")) {
        return Long.parseLong(line.substring(16).trim());
      }
    }
    return 0;
  }

  private static void sendBody(InputStream in, OutputStream out, long length, boolean damaged)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    long done = 0;
    while (done < length) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, length - done));
      if (n < 0) {
        break;
      }
      long middle = length / 2 - done;
      if (damaged && middle >= 0 && middle < n) {
        buffer[(int) middle] ^= 1;
      }
      out.write(buffer, 0, n);
      done += n;
    }
    out.flush();
  }

  private static void answer(InputStream in, OutputStream out, Fault fault) throws Exception {
    if (fault == Fault.TRUNCATED || fault == Fault.SLOW) {
      String head = head(in);
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      if (fault == Fault.TRUNCATED) {
        out.write(in.readNBytes((int) (length(head) / 2)));
      } else {
        for (byte[] piece = in.readNBytes(SLOW_PIECE);
            piece.length > 0;
            piece = in.readNBytes(SLOW_PIECE)) {
          out.write(piece);
          Thread.sleep(5);
        }
      }
    } else {
      in.transferTo(fault == Fault.CUT_AFTER ? OutputStream.nullOutputStream() : out);
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
