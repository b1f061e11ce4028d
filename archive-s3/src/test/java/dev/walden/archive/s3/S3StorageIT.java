package dev.walden.archive.s3;

import dev.walden.storage.Storage;
import dev.walden.testing.StorageContract;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.s3.S3Client;

class S3StorageIT implements StorageContract {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static TestServer server;
  private static S3Client client;

  private final String prefix = "tests/" + TESTS.incrementAndGet();

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start();
    client = server.client();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.close();
  }

  @Override
  public Storage openStorage() throws IOException {
    return S3Storage.in(client, TestServer.BUCKET).prefix(prefix).open();
  }
}
