package dev.walden.examples.cli;

import dev.walden.server.ServerAddress;
import java.util.Properties;
import picocli.CommandLine.Option;

/** The server. Passwords come from the environment or {@code ~/.pgpass}, never from options. */
final class ServerOptions {
  @Option(
      names = "--server",
      required = true,
      paramLabel = "URL",
      description = "jdbc:postgresql://host:port/?user=…; the role needs REPLICATION")
  private String url;

  ServerAddress address() {
    String password = System.getenv("PGPASSWORD");
    if (password == null) {
      return ServerAddress.of(url);
    }
    Properties properties = new Properties();
    properties.setProperty("password", password);
    return ServerAddress.of(url, properties);
  }
}
