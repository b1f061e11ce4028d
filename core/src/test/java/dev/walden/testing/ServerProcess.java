package dev.walden.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A running postmaster with its descendants. */
final class ServerProcess {
  private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(30);

  private final Process postmaster;
  private final Thread hook;

  /** Watches a new process: it is killed at an orderly end of this JVM. */
  ServerProcess(Process postmaster) {
    this.postmaster = postmaster;
    this.hook = new Thread(this::destroy, "stop PostgreSQL " + postmaster.pid());
    Runtime.getRuntime().addShutdownHook(hook);
  }

  long pid() {
    return postmaster.pid();
  }

  boolean isAlive() {
    return postmaster.isAlive();
  }

  int exitCode() {
    return postmaster.exitValue();
  }

  /** Waits for the postmaster's end; false if it still runs. */
  boolean awaitExit(Duration wait) throws InterruptedException {
    boolean ended = postmaster.waitFor(wait.toNanos(), TimeUnit.NANOSECONDS);
    if (ended) {
      forget();
    }
    return ended;
  }

  /** Sends a signal to the postmaster alone. */
  void signal(String name) throws IOException, InterruptedException {
    send(name, Set.of(postmaster.toHandle()));
  }

  /** Suspends all processes with SIGSTOP. */
  Set<ProcessHandle> freeze() throws IOException, InterruptedException {
    Set<ProcessHandle> frozen = new LinkedHashSet<>();
    // A process may have forked before it was suspended, so repeat until there is nothing new.
    for (Set<ProcessHandle> found = all(); frozen.addAll(found); found = all()) {
      send("STOP", found);
    }
    return frozen;
  }

  void thaw() throws IOException, InterruptedException {
    send("CONT", all());
  }

  /** Kills all processes with SIGKILL, and waits until they are gone. */
  void kill() throws IOException, InterruptedException {
    Set<ProcessHandle> doomed = freeze();
    send("KILL", doomed);
    Deadline deadline = Deadline.in(SIGNAL_LIMIT);
    for (ProcessHandle process : doomed) {
      while (lives(process)) {
        if (deadline.passed()) {
          throw new IOException("process " + process.pid() + " survives SIGKILL");
        }
        deadline.pause();
      }
    }
    // the postmaster is this JVM's child, and counts as alive until it has been waited for
    if (!awaitExit(SIGNAL_LIMIT)) {
      throw new IOException("process " + pid() + " survives SIGKILL");
    }
  }

  private Set<ProcessHandle> all() {
    Set<ProcessHandle> all = new LinkedHashSet<>();
    if (postmaster.isAlive()) {
      all.add(postmaster.toHandle());
      postmaster.descendants().forEach(all::add);
    }
    return all;
  }

  /** Java itself can only send SIGTERM and SIGKILL. */
  private static void send(String name, Set<ProcessHandle> processes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$@\" || true", "sh"));
    command.add(name);
    processes.stream()
        .filter(ProcessHandle::isAlive)
        .map(process -> Long.toString(process.pid()))
        .forEach(command::add);
    ExternalCommand.run(SIGNAL_LIMIT, command);
  }

  /** A zombie still has an entry in the process table, but does not live. */
  static boolean lives(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return process.isAlive();
    }
  }

  /** Kills all visible processes with SIGKILL, without waiting. */
  void destroy() {
    all().forEach(ProcessHandle::destroyForcibly);
  }

  private void forget() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shutdown) {
      // The JVM is shutting down, and the hook has nothing to do.
    }
  }
}
