package dev.walden.server.inspect;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.server.ServerAddress;
import dev.walden.server.protocol.WalsenderConnection;
import java.io.IOException;

/** Identifies the cluster that a server runs. */
public final class ServerIdentity {
  private ServerIdentity() {}

  /**
   * Connects, identifies the cluster and disconnects. No wait exceeds the limits of {@link
   * ServerAddress}.
   *
   * @throws dev.walden.server.ServerUnavailableException if the server does not answer now
   * @throws dev.walden.server.ServerRefusedException if the server refuses until something is
   *     changed
   * @throws dev.walden.UnsupportedFormatException if the server's version is not supported
   */
  public static ClusterIdentity of(ServerAddress server) throws IOException {
    try (WalsenderConnection connection = WalsenderConnection.open(server)) {
      return connection.identity();
    }
  }
}
