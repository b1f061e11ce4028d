package dev.walden.server.inspect;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.server.ServerAddress;
import dev.walden.server.protocol.WalsenderConnection;
import java.io.IOException;

/** Asks a server which cluster it is. */
public final class ServerIdentity {
  private ServerIdentity() {}

  /**
   * Connects, asks and disconnects. No one waits longer than {@link ServerAddress} says.
   *
   * @throws dev.walden.server.ServerUnavailableException if there is no answer now
   * @throws dev.walden.server.ServerRefusedException if something must be changed first
   * @throws dev.walden.UnsupportedFormatException if the server's version is not supported
   */
  public static ClusterIdentity of(ServerAddress server) throws IOException {
    try (WalsenderConnection connection = WalsenderConnection.open(server)) {
      return connection.identity();
    }
  }
}
