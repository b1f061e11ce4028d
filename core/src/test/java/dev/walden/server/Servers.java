package dev.walden.server;

import dev.walden.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Real servers as the tests of this package need them. */
final class Servers {
  private Servers() {}

  static ServerAddress address(PostgresServer server) {
    Properties properties = new Properties();
    properties.setProperty("user", server.user());
    return ServerAddress.of(server.jdbcUrl(), properties);
  }

  /** The server, by way of another port. */
  static ServerAddress address(PostgresServer server, int port) {
    Properties properties = new Properties();
    properties.setProperty("user", server.user());
    return ServerAddress.of(
        server.jdbcUrl().replace(":" + server.port() + "/", ":" + port + "/"), properties);
  }

  /** Copies the primary while it is stopped, starts both, and lets the copy follow. */
  static PostgresServer standby(PostgresServer primary, Path data)
      throws IOException, InterruptedException {
    primary.stop();
    copy(primary.dataDirectory(), data);
    primary.start();
    Files.createFile(data.resolve("standby.signal"));
    return PostgresServer.builder(primary.binaries(), data)
        .setting(
            "primary_conninfo", "host=127.0.0.1 port=" + primary.port() + " user=" + primary.user())
        .startExisting();
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(from)) {
      files = walk.collect(Collectors.toList());
    }
    for (Path file : files) {
      Files.copy(
          file,
          to.resolve(from.relativize(file)),
          java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /** The segments of the WAL directory by name. */
  static byte[] segment(PostgresServer server, String name) throws IOException {
    return Files.readAllBytes(server.dataDirectory().resolve("pg_wal").resolve(name));
  }
}
