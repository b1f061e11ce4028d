package dev.walden.archive.fs;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What survives a crash of the machine, judged by the system calls that strace saw. */
class SyncOrderTest {
  @TempDir Path folder;

  private String root;
  private List<String> calls;

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

  /**
   * The place of the first call at or after {@code from} that a pattern, with bare brackets, fits.
   */
  private int find(int from, String pattern) {
    String regex =
        pattern.replace("(", "\\(").replace(")", "\\)").replace("ROOT", Pattern.quote(root));
    for (int i = from; i < calls.size(); i++) {
      if (Pattern.compile(regex).matcher(calls.get(i)).find()) {
        return i;
      }
    }
    throw new AssertionError(
        "no " + pattern + " after call " + from + " in\n" + String.join("\n", calls));
  }

  private void trace(boolean rename, String name) throws Exception {
    Path archive = folder.toRealPath().resolve("archive");
    root = archive.toString();
    FileSystemStorage.createAt(archive).close();
    Path traces = Files.createTempDirectory(folder, "traces");
    List<String> command =
        List.of(
            "strace",
            "-ff",
            "-y",
            "-s",
            "20",
            "-e",
            "trace=/(fsync|fdatasync|link|linkat|rename.*|mkdir|mkdirat|write|pwrite64)$",
            "-o",
            traces.resolve("thread").toString(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            PutOnce.class.getName(),
            root,
            Boolean.toString(rename),
            name);
    assumeTrue(succeeds(List.of("strace", "true")), "needs strace");
    assertTrue(succeeds(command));
    calls = new ArrayList<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(traces)) {
      for (Path thread : threads) {
        calls.addAll(Files.readAllLines(thread));
      }
    }
    calls.removeIf(call -> !call.contains(root) && !call.contains("write(1"));
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException absent) {
      return false;
    }
  }
}
