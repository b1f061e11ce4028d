package dev.walden.server.receive.upstream;

import dev.walden.server.ServerAddress;
import dev.walden.server.protocol.WalsenderConnection;
import java.io.IOException;
import java.util.Optional;

/**
 * What a server's commits wait for.
 *
 * @param synchronous whether they may wait for this receiver
 * @param warning why they never end
 */
public record SynchronousCommitCheck(boolean synchronous, Optional<IOException> warning) {

  /** Asks the server, whose settings may change afterwards. */
  public static SynchronousCommitCheck of(WalsenderConnection server, ServerAddress address)
      throws IOException {
    String name = address.applicationName();
    boolean synchronous =
        SynchronousStandbyNames.contain(server.show("synchronous_standby_names"), name);
    if (!synchronous || !server.show("synchronous_commit").equals("remote_apply")) {
      return new SynchronousCommitCheck(synchronous, Optional.empty());
    }
    IOException warning =
        new IOException(
            address
                + " has synchronous_commit = remote_apply and may wait for "
                + name
                + ", which replays nothing: then commits never return. Set it to on, or take that"
                + " name out of synchronous_standby_names");
    return new SynchronousCommitCheck(true, Optional.of(warning));
  }
}
