package dev.walden.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A real server with TLS, whose certificate for 127.0.0.1 signs itself. */
public final class TlsServer {
  private TlsServer() {}

  public static PostgresServer create(PostgresBinaries binaries, Path folder, String... hba)
      throws IOException, InterruptedException {
    return builder(binaries, folder, hba).create();
  }

  public static PostgresServer.Builder builder(
      PostgresBinaries binaries, Path folder, String... hba)
      throws IOException, InterruptedException {
    certificate(folder, "server");
    return PostgresServer.builder(binaries, folder.resolve("data"))
        .setting("ssl", "on")
        .setting("ssl_cert_file", folder.resolve("server.crt").toString())
        .setting("ssl_key_file", folder.resolve("server.key").toString())
        .hba(hba);
  }

  /** Makes {@code name.crt} and {@code name.key}. */
  public static void certificate(Path folder, String name)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"));
    command.addAll(List.of("-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1"));
    command.addAll(
        List.of(
            "-keyout",
            folder.resolve(name + ".key").toString(),
            "-out",
            folder.resolve(name + ".crt").toString()));
    Process openssl;
    try {
      openssl =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("openssl.log").toFile())
              .start();
    } catch (IOException e) {
      Assumptions.abort("no command openssl to make a certificate");
      throw e;
    }
    openssl.waitFor(60, TimeUnit.SECONDS);
    assertEquals(0, openssl.exitValue(), Files.readString(folder.resolve("openssl.log")));
    Files.setPosixFilePermissions(
        folder.resolve(name + ".key"), PosixFilePermissions.fromString("rw-------"));
  }
}
