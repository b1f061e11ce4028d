package dev.walden.archive.fs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.testing.SystemCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What survives a crash of the machine, judged by the system calls that strace saw. */
class SyncOrderTest {
  @TempDir Path folder;

  private SystemCalls calls;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everythingIsSyncedBeforeTheAnswer(boolean rename) throws Exception {
    trace(rename, "wal/1/a");
    int written = find(0, "pwrite64(.*/.drafts/.*1000, 0) = 1000");
    int synced = find(written, "fsync(.*/.drafts/.*) = 0");
    int named = find(synced, (rename ? "rename" : "link") + "(.*ROOT/wal/1/a\") = 0");
    int entered = find(named, "fsync(.*<ROOT/wal/1>) = 0");
    int answered = find(entered, "write(1.*\"CREATED");

    int upper = find(0, "mkdir(\"ROOT/wal\", .*) = 0");
    int lower = find(upper, "mkdir(\"ROOT/wal/1\", .*) = 0");
    assertTrue(find(upper, "fsync(.*<ROOT>) = 0") < answered);
    assertTrue(find(lower, "fsync(.*<ROOT/wal>) = 0") < answered);
  }

  @Test
  void whatAnotherProcessCreatedIsSyncedToo() throws Exception {
    trace(false, "wal/1/a");
    trace(false, "wal/1/a");
    int answered = find(0, "write(1.*\"EXISTS");
    assertTrue(find(0, "fsync(.*<ROOT>) = 0") < answered);
    assertTrue(find(0, "fsync(.*<ROOT/wal>) = 0") < answered);
    assertTrue(find(0, "fsync(.*<ROOT/wal/1>) = 0") < answered);
  }

  private void trace(boolean rename, String name) throws Exception {
    Path archive = folder.toRealPath().resolve("archive");
    FileSystemStorage.createAt(archive).close();
    Path traces = Files.createTempDirectory(folder, "traces");
    calls =
        SystemCalls.of(
            archive, traces, PutOnce.class, archive.toString(), Boolean.toString(rename), name);
  }

  private int find(int from, String pattern) {
    return calls.find(from, pattern);
  }
}
