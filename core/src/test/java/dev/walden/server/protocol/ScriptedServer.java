package dev.walden.server.protocol;

import dev.walden.server.ServerAddress;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A server for one connection that lets everybody in and then answers each command with bytes given
 * beforehand, however wrong; when these are used up it hangs up.
 */
final class ScriptedServer implements Closeable {
  static final byte[] READY = message('Z', new byte[] {'I'});

  private final ServerSocket listener;
  private final List<byte[]> answers = new ArrayList<>();

  ScriptedServer() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
  }

  /** Answers the next command so. */
  ScriptedServer answer(byte[]... messages) {
    answers.add(joined(messages));
    return this;
  }

  /** Answers the next command with one row, done and ready. */
  ScriptedServer answerRow(String... columns) {
    return answer(row(columns), message('C', new byte[1]), READY);
  }

  /** Begins to serve as PostgreSQL 18; logs in. */
  WalsenderConnection connect() throws IOException {
    return connect("180006");
  }

  /** Begins to serve with this server_version_num; logs in. */
  WalsenderConnection connect(String version) throws IOException {
    answers.add(0, joined(row(version), message('C', new byte[1]), READY));
    Thread thread = new Thread(this::serve, "scripted server");
    thread.setDaemon(true);
    thread.start();
    return WalsenderConnection.open(
        ServerAddress.of(
            "jdbc:postgresql://127.0.0.1:"
                + listener.getLocalPort()
                + "/?user=u&sslmode=disable&socketTimeout=3"));
  }

  private void serve() {
    try (Socket socket = listener.accept()) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      in.readNBytes(in.readInt() - 4);
      out.write(
          joined(
              message('R', new byte[4]),
              message('S', "server_version\00018.6\0".getBytes(StandardCharsets.UTF_8)),
              message('K', new byte[8]),
              READY));
      for (byte[] answer : answers) {
        in.readByte();
        in.readNBytes(in.readInt() - 4);
        out.write(answer);
      }
    } catch (IOException e) {
      // the client has had enough, which its own test judges
    }
  }

  static byte[] message(int type, byte[] body) {
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) type)
        .putInt(4 + body.length)
        .put(body)
        .array();
  }

  static byte[] message(int type, String body) {
    return message(type, body.getBytes(StandardCharsets.UTF_8));
  }

  /** A row description that nobody reads, and a row. */
  static byte[] row(String... columns) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(ByteBuffer.allocate(2).putShort((short) columns.length).array());
    for (String column : columns) {
      byte[] text = column == null ? new byte[0] : column.getBytes(StandardCharsets.UTF_8);
      body.writeBytes(ByteBuffer.allocate(4).putInt(column == null ? -1 : text.length).array());
      body.writeBytes(text);
    }
    return joined(message('T', new byte[2]), message('D', body.toByteArray()));
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
