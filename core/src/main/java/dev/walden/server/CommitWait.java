package dev.walden.server;

import java.io.IOException;
import java.util.Optional;

/**
 * What a server's commits wait for.
 *
 * @param synchronous whether they may wait for this receiver
 * @param warning why they never end
 */
record CommitWait(boolean synchronous, Optional<IOException> warning) {

  /** Asks the server, whose settings may change afterwards. */
  static CommitWait of(WalsenderConnection server, ServerAddress address) throws IOException {
    String name = address.applicationName();
    boolean synchronous = SynchronousNames.contain(server.show("synchronous_standby_names"), name);
    if (!synchronous || !server.show("synchronous_commit").equals("remote_apply")) {
      return new CommitWait(synchronous, Optional.empty());
    }
    IOException warning =
        new IOException(
            address
                + " has synchronous_commit = remote_apply and may wait for "
                + name
                + ", which replays nothing: then commits never return. Set it to on, or take that"
                + " name out of synchronous_standby_names");
    return new CommitWait(true, Optional.of(warning));
  }
}
