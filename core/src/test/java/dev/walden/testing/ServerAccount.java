package dev.walden.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The account that runs PostgreSQL's programs. They refuse to run as root ({@code
 * src/backend/main/main.c}), so root needs another one.
 */
enum ServerAccount {
  /** The user of this process. */
  SELF(List.of()),
  /**
   * A user namespace in which root is nobody: the files stay root's, including those that archive
   * and restore commands read and write.
   */
  NAMESPACE(List.of("unshare", "-U")),
  /**
   * User 65534, with access to root's folders, for containers that forbid namespaces. It becomes
   * the owner of the data directory.
   */
  NOBODY(
      List.of(
          "setpriv",
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          "--inh-caps=+dac_override",
          "--ambient-caps=+dac_override"));

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<String> prefix;

  ServerAccount(List<String> prefix) {
    this.prefix = prefix;
  }

  /** The first account that works for the user of this process. */
  static ServerAccount choose() throws IOException, InterruptedException {
    if (!ExternalCommand.run(LIMIT, List.of("id", "-u")).strip().equals("0")) {
      return SELF;
    }
    try {
      ExternalCommand.run(LIMIT, NAMESPACE.command(List.of("true")));
      return NAMESPACE;
    } catch (IOException forbidden) {
      return NOBODY;
    }
  }

  /** The command that runs {@code command} as this account. */
  List<String> command(List<String> command) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(command);
    return all;
  }

  /** Makes a data directory accessible to this account. */
  void own(Path dataDirectory) throws IOException, InterruptedException {
    if (this == NOBODY) {
      ExternalCommand.run(LIMIT, List.of("chown", "-R", "65534:65534", dataDirectory.toString()));
    }
  }
}
