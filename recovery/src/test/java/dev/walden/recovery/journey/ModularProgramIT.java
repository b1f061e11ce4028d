package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.TlsServer;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program that is a module, and requires two of Walden's, compiles and runs as it is: over TLS,
 * into a bucket, without {@code --add-modules}.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ModularProgramIT {
  private static final String MODULE = "dev.walden.modular";

  /**
   * What a build tool gives a program that depends on Walden; the tests' own jars are not in it.
   */
  private static final Pattern RUNTIME =
      Pattern.compile(
          ".*/(target/classes|walden-[a-z0-9-]+?(-[0-9][^/]*)?\\.jar"
              + "|org/postgresql/.*|org/checkerframework/.*|com/github/luben/.*"
              + "|org/apache/commons/.*|commons-(codec|io)/.*|org/bouncycastle/.*"
              + "|com/fasterxml/jackson/core/jackson-core/.*|org/slf4j/slf4j-.*"
              + "|software/amazon/.*|org/reactivestreams/.*)");

  @TempDir Path folder;
  private S3Proxy bucket;
  private PostgresServer server;

  @BeforeEach
  void start() throws Exception {
    bucket = TestPlace.startBucket(folder.resolve("bucket"));
    server =
        TlsServer.create(
            PostgresBinaries.of(17),
            folder,
            "hostssl all all 127.0.0.1/32 trust",
            "hostssl replication all 127.0.0.1/32 trust",
            "hostnossl replication all 127.0.0.1/32 reject");
    compile();
  }

  @AfterEach
  void stop() throws Exception {
    try {
      if (server != null) {
        server.close();
      }
    } finally {
      bucket.stop();
    }
  }

  @Test
  void receivesAndPlans() throws Exception {
    run();
  }

  /**
   * A whole JDK resolves more modules than a program requires, since they provide services. Without
   * them, as in an image made by jlink, each module that is needed must be required by one of ours.
   */
  @Test
  void receivesAndPlansWithRequiredModulesOnly() throws Exception {
    run("--limit-modules", MODULE + ",org.slf4j.simple,jdk.crypto.ec");
  }

  private void compile() {
    Path sources = Path.of("src/test/modular").toAbsolutePath();
    StringWriter said = new StringWriter();
    PrintWriter output = new PrintWriter(said, true);
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                output,
                output,
                "-proc:none",
                "-Xlint:all",
                "-Werror",
                "--module-path",
                modulePath(),
                "-d",
                folder.resolve("classes").toString(),
                sources.resolve("module-info.java").toString(),
                sources.resolve("dev/walden/modular/ModularProgram.java").toString());
    assertEquals(0, status, said.toString());
  }

  private void run(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    command.add("--module-path");
    command.add(folder.resolve("classes") + File.pathSeparator + modulePath());
    command.addAll(List.of("-m", MODULE + "/dev.walden.modular.ModularProgram"));
    command.add(address());
    command.add("s3://walden/modular");
    Path log = folder.resolve("program.log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(TestPlace.environment(bucket));
    Process program = builder.start();
    try {
      assertTrue(program.waitFor(130, TimeUnit.SECONDS), () -> "it does not end: " + read(log));
    } finally {
      program.destroyForcibly();
    }
    assertEquals(0, program.exitValue(), () -> read(log));
    assertTrue(read(log).contains("received up to "), () -> read(log));
    assertTrue(read(log).contains("to the end of the archived WAL"), () -> read(log));
  }

  private String address() {
    return server.jdbcUrl()
        + "?user="
        + server.user()
        + "&sslmode=verify-full&sslrootcert="
        + folder.resolve("server.crt");
  }

  private static String modulePath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> RUNTIME.matcher(entry).matches() && !entry.contains("test-support"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
