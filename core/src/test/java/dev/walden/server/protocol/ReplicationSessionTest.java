package dev.walden.server.protocol;

import static dev.walden.server.protocol.ScriptedServer.READY;
import static dev.walden.server.protocol.ScriptedServer.joined;
import static dev.walden.server.protocol.ScriptedServer.message;
import static dev.walden.server.protocol.ScriptedServer.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.UnsupportedFormatException;
import dev.walden.backup.BackupWarning;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.protocol.ReplicationStream.Event;
import dev.walden.server.receive.repair.ServerWalSource;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no PostgreSQL would send, and what only few situations make it send. */
class ReplicationSessionTest {
  private static final byte[] DONE = message('C', new byte[1]);
  private static final byte[] NOTICE = message('N', "SWARNING\0VWARNING\0C01000\0Mbeware\0\0");
  private static final byte[] PARAMETER = message('S', "TimeZone\0UTC\0");
  private static final byte[] NOTIFICATION = message('A', "\0\0\0\1c\0p\0");
  private static final Lsn START = Lsn.parse("0/1000000");

  @Test
  void whatAServerMaySendAtAnyPointIsPassedOver() throws Exception {
    try (ScriptedServer server =
            new ScriptedServer()
                .answer(NOTICE, row("on"), PARAMETER, DONE, NOTIFICATION, READY)
                .answer(message('W', new byte[3]), NOTICE, wal(START, "abc"), PARAMETER)
                .answer();
        WalsenderConnection connection = server.connect()) {
      assertEquals("on", connection.show("hot_standby"));
      ReplicationStream stream = start(connection);
      StreamedWal wal = new StreamedWal(stream, START);
      wal.readTo(START.plus(3));
      ServerUnavailableException lost =
          assertThrows(ServerUnavailableException.class, () -> hangUp(connection, wal));
      assertEquals("08006", lost.sqlState());
    }
  }

  private static void hangUp(WalsenderConnection connection, StreamedWal wal) throws IOException {
    connection.close();
    wal.readTo(Event.SERVER_STOPPED);
  }

  @Test
  void anErrorLeavesTheConnectionUsable() throws Exception {
    byte[] error =
        message('E', "SFEHLER\0VERROR\0C42704\0Mgibt es nicht\0RReplicationSlotAcquire\0\0");
    try (ScriptedServer server =
            new ScriptedServer().answer(error, NOTICE, READY).answerRow("replica");
        WalsenderConnection connection = server.connect()) {
      ServerRefusedException refused =
          assertThrows(ServerRefusedException.class, () -> connection.dropPhysicalSlot("walden"));
      assertTrue(refused.getMessage().contains("gibt es nicht"), refused::getMessage);
      assertTrue(refused.getMessage().contains("create the replication slot"));
      assertEquals("replica", connection.show("wal_level"));
    }
  }

  @Test
  void afterAFatalErrorTheConnectionIsClosed() throws Exception {
    byte[] fatal = message('E', "SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0");
    try (ScriptedServer server = new ScriptedServer().answer(fatal).answer(READY);
        WalsenderConnection connection = server.connect()) {
      ServerUnavailableException ended =
          assertThrows(ServerUnavailableException.class, connection::identifySystem);
      assertEquals("57P01", ended.sqlState());
      assertThrows(IllegalStateException.class, connection::identifySystem);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1, Integer.MAX_VALUE, BackendMessageReader.MAX_MESSAGE, 1 << 30})
  void aLengthThatCannotBeIsRefused(int length) throws Exception {
    byte[] absurd = ByteBuffer.allocate(100).put((byte) 'd').putInt(length).array();
    try (ScriptedServer server = new ScriptedServer().answer(message('W', new byte[3]), absurd);
        WalsenderConnection connection = server.connect()) {
      ReplicationStream stream = start(connection);
      assertProtocol(() -> new StreamedWal(stream, START).readTo(START.plus(1)));
      assertThrows(IllegalStateException.class, connection::identifySystem);
    }
  }

  @Test
  void walThatDoesNotFollowIsRefused() throws Exception {
    assertStreamRefused(wal(START.plus(1), "abc"));
    assertStreamRefused(wal(START, "abc"), wal(START.plus(4), "abc"));
    assertStreamRefused(message('d', "w123"));
    assertStreamRefused(message('d', "k123"));
    assertStreamRefused(message('d', ""));
    assertStreamRefused(message('d', "x"));
    assertStreamRefused(message('T', new byte[2]));
    assertStreamRefused(message('c', ""), DONE, READY);
    assertStreamRefused(message('c', ""), row("0", "0/1"), DONE, READY);
    assertStreamRefused(message('c', ""), row("2", "0-1"), DONE, READY);
    assertStreamRefused(message('c', ""), row("2"), DONE, READY);
  }

  private static void assertStreamRefused(byte[]... messages) throws IOException {
    try (ScriptedServer server =
            new ScriptedServer().answer(message('W', new byte[3]), joined(messages));
        WalsenderConnection connection = server.connect()) {
      ReplicationStream stream = start(connection);
      assertProtocol(() -> new StreamedWal(stream, START).readTo(START.plus(1000)));
    }
  }

  @Test
  void aBackupThatIsNotOneIsRefused() throws Exception {
    byte[] copy = message('H', new byte[3]);
    byte[] base = message('d', "nbase.tar\0\0");
    byte[] bytes = message('d', "dxyz");
    byte[] manifest = message('d', "m");
    byte[] end = message('c', "");
    byte[] position = joined(row("0/2000028", "1"), DONE);
    byte[] goodEnd = joined(position, DONE, READY);
    assertEquals(Lsn.parse("0/2000028"), end(copy, base, bytes, manifest, bytes, end, goodEnd));
    assertProtocol(() -> end(copy, message('d', "n../base.tar\0\0"), bytes, manifest, end));
    assertProtocol(() -> end(copy, message('d', "n/etc/1.tar\0\0"), bytes, manifest, end));
    assertProtocol(() -> end(copy, message('d', "n16384.tar\0\0"), bytes, manifest, end));
    assertProtocol(() -> end(copy, message('d', "n99999999999999.tar\0\0"), manifest, end));
    assertProtocol(() -> end(copy, base, bytes, base, bytes, manifest, bytes, end, goodEnd));
    assertProtocol(() -> end(copy, base, bytes, end, goodEnd));
    assertProtocol(() -> end(copy, manifest, end, goodEnd));
    assertProtocol(() -> end(copy, bytes, base, manifest, end, goodEnd));
    assertProtocol(() -> end(copy, base, manifest, manifest, end, goodEnd));
    assertProtocol(() -> end(copy, base, message('d', "z"), manifest, end, goodEnd));
    assertProtocol(() -> end(copy, base, bytes, manifest, end, row("x", "1"), DONE, DONE, READY));
    assertProtocol(() -> end(copy, base, bytes, manifest, end, position, READY));
    byte[] damaged = message('E', "SERROR\0VERROR\0CXX001\0Mchecksum\0\0");
    ServerRefusedException late =
        assertThrows(
            ServerRefusedException.class,
            () -> end(copy, base, bytes, manifest, end, position, damaged, READY));
    assertEquals("XX001", late.sqlState());
    assertEquals(
        "08006",
        assertThrows(
                ServerUnavailableException.class,
                () -> end(copy, base, bytes, manifest, end, position, DONE))
            .sqlState());
  }

  @Test
  void theWarningsOfABackupAreHeard() throws Exception {
    byte[] skipped =
        message('N', "SWARNUNG\0VWARNING\0C01000\0Müberspringe »./base/5«\0RsendDir\0\0");
    byte[] quiet = message('N', "SHINWEIS\0VNOTICE\0C00000\0Mnichts\0\0");
    byte[] bare = message('N', "SWARNING\0\0");
    List<BackupWarning> heard = new ArrayList<>();
    try (ScriptedServer server =
            new ScriptedServer()
                .answer(
                    NOTICE,
                    row("0/2000028", "1"),
                    DONE,
                    row(null, null, null),
                    DONE,
                    message('H', new byte[3]),
                    quiet,
                    message('d', "nbase.tar\0\0"),
                    skipped,
                    message('d', "dxyz"),
                    skipped,
                    message('d', "m"),
                    message('c', ""),
                    bare,
                    row("0/2000028", "1"),
                    DONE,
                    DONE,
                    READY);
        WalsenderConnection connection = server.connect()) {
      connection.baseBackup(BaseBackupOptions.labelled("x"), heard::add).end();
    }
    BackupWarning skip = new BackupWarning("WARNING", "01000", "sendDir", "überspringe »./base/5«");
    assertEquals(
        List.of(
            new BackupWarning("WARNING", "01000", "", "beware"),
            skip,
            skip,
            new BackupWarning("WARNING", "", "", "")),
        heard);
  }

  private static Lsn end(byte[]... messages) throws IOException {
    try (ScriptedServer server =
            new ScriptedServer()
                .answer(
                    row("0/2000028", "1"), DONE, row(null, null, null), DONE, joined(messages));
        WalsenderConnection connection = server.connect()) {
      return connection.baseBackup(BaseBackupOptions.labelled("x"), warning -> {}).end().endLsn();
    }
  }

  @Test
  void anAnswerThatIsNoneIsRefused() throws Exception {
    for (String[] columns :
        new String[][] {
          {"x", "1", "0/1"}, {"1", "0", "0/1"}, {"1", "1", "1"}, {null, "1", "0/1"}, {"1", "1"}, {}
        }) {
      try (ScriptedServer server = new ScriptedServer().answerRow(columns);
          WalsenderConnection connection = server.connect()) {
        assertProtocol(connection::identifySystem);
      }
    }
    try (ScriptedServer server =
            new ScriptedServer().answer(message('D', "\0\5\0\0\0\377"), READY);
        WalsenderConnection connection = server.connect()) {
      assertProtocol(connection::identifySystem);
    }
  }

  @Test
  void silenceEnds() throws Exception {
    try (ScriptedServer server = new ScriptedServer().answer().answer();
        WalsenderConnection connection = server.connect()) {
      ServerUnavailableException silent =
          assertThrows(ServerUnavailableException.class, connection::identifySystem);
      assertEquals("08006", silent.sqlState());
      assertTrue(silent.getMessage().contains("no answer within 3 s"), silent::getMessage);
    }
  }

  private static ReplicationStream start(WalsenderConnection connection) throws IOException {
    return connection.startReplication(Optional.empty(), START, TimelineId.FIRST);
  }

  private static byte[] wal(Lsn start, String text) {
    return message(
        'd',
        ByteBuffer.allocate(25 + text.length())
            .put((byte) 'w')
            .putLong(start.value())
            .putLong(start.value())
            .putLong(0)
            .put(text.getBytes())
            .array());
  }

  private static void assertProtocol(org.junit.jupiter.api.function.Executable action) {
    ServerUnavailableException refused = assertThrows(ServerUnavailableException.class, action);
    assertEquals("08P01", refused.sqlState(), refused::getMessage);
  }

  @Test
  void anUnknownVersionIsRefused() throws Exception {
    try (ScriptedServer server = new ScriptedServer()) {
      assertThrows(UnsupportedFormatException.class, () -> server.connect("130005"));
    }
  }

  /** It has flushed the segment, and could send it. */
  @Test
  void aServerThatOnlySaysThatItIsThereIsNotWaitedFor() throws IOException {
    byte[] keepalive =
        message('d', ByteBuffer.allocate(18).put((byte) 'k').putLong(1 << 20).array());
    byte[][] answers = new byte[101][];
    Arrays.fill(answers, keepalive);
    answers[0] = message('W', new byte[3]);
    ScriptedServer script = new ScriptedServer().answer(answers);
    for (int status = 0; status < 100; status++) {
      script.answer();
    }
    try (script;
        WalsenderConnection connection = script.connect()) {
      WalSegment segment = new WalSegment(TimelineId.FIRST, 0, WalSegmentSize.ofMegabytes(1));
      ServerWalSource source = new ServerWalSource(connection, segment, 1 << 20);
      String message =
          assertThrows(ServerUnavailableException.class, () -> source.open().read()).getMessage();
      assertTrue(message.contains("sends no more of " + segment), message);
    }
  }
}
