package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many receivers in a JVM that has less memory than all of them would take. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemoryShortageIT {
  private static final int RECEIVERS = 5;

  @TempDir Path folder;

  @Test
  void allGoOnWithoutASharedMemory() throws Exception {
    String log = run("own", "14m");
    assertTrue(log.contains("the JVM has no memory for a segment"), log);
  }

  @Test
  void allGoOnWithASharedMemoryAndTheJvmNeverRunsShort() throws Exception {
    String log = run(Long.toString(2L * RECEIVERS * ReceiverFixture.SEGMENT_SIZE.bytes()), "24m");
    assertFalse(log.contains("memory"), log);
  }

  @Test
  void aReceiverTooManyIsRefusedAtItsStart() throws Exception {
    SegmentMemory memory = SegmentMemory.ofBytes(ReceiverFixture.SEGMENT_SIZE.bytes());
    ReceiverFixture fixture = ReceiverFixture.into(new InMemoryStorage());
    try (PostgresServer server = ReceiverFixture.server(17, folder).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver first = fixture.receiver(server, archive).memory(memory).start()) {
        WalReceiver.Builder second = fixture.receiver(server, archive).slot("b").memory(memory);
        String refusal = assertThrows(IllegalStateException.class, second::start).getMessage();
        assertTrue(refusal.contains("promised to 1 receivers"), refusal);
        fixture.awaitStreaming(first);
        server.execute("CREATE TABLE t ()", "SELECT pg_switch_wal()");
        server.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
        fixture.awaitArchived(first, ReceiverFixture.SEGMENT_SIZE.floor(server.flushed()));
      }
      fixture.receiver(server, archive).slot("b").memory(memory).start().close();
    }
  }

  private String run(String memory, String limit) throws Exception {
    Path log = folder.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=" + limit,
                "-cp",
                System.getProperty("java.class.path"),
                ManyReceiversProgram.class.getName(),
                memory,
                Integer.toString(RECEIVERS)));
    try (PostgresServer one = ReceiverFixture.server(17, folder.resolve("one")).create();
        PostgresServer two = ReceiverFixture.server(16, folder.resolve("two")).create()) {
      for (PostgresServer server : List.of(one, two)) {
        command.add(server.jdbcUrl() + "?user=" + server.user());
        command.add(server.dataDirectory().resolve("pg_wal").toString());
      }
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        assertTrue(process.waitFor(40, TimeUnit.SECONDS), () -> text(log));
        assertEquals(0, process.exitValue(), () -> text(log));
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    return Files.readString(log);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
