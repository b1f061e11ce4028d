package dev.walden.archive.s3;

import java.io.IOException;
import java.net.URI;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3 server in this process that checks signatures and keeps objects in memory. */
final class TestServer implements AutoCloseable {
  static final String BUCKET = "walden";
  private static final String ID = "test-id";
  private static final String SECRET = "test-secret";

  private final S3Proxy proxy;

  private TestServer(S3Proxy proxy) {
    this.proxy = proxy;
  }

  static TestServer start() throws Exception {
    return start(AuthenticationType.AWS_V4);
  }

  /** A server that takes requests that were changed on their way. */
  static TestServer startWithoutSignatures() throws Exception {
    return start(AuthenticationType.NONE);
  }

  private static TestServer start(AuthenticationType authentication) throws Exception {
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(BlobStores.create("transient-nio2", new Properties()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(authentication, ID, SECRET)
            .build();
    proxy.start();
    TestServer server = new TestServer(proxy);
    try (S3Client client = server.client()) {
      client.createBucket(bucket -> bucket.bucket(BUCKET));
    }
    return server;
  }

  int port() {
    return proxy.getPort();
  }

  S3Client client() {
    return client(port(), SECRET);
  }

  /** A client that goes by way of another port. */
  S3Client client(int port) {
    return client(port, SECRET);
  }

  static S3Client client(int port, String secret) {
    return S3Clients.portable(URI.create("http://127.0.0.1:" + port))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ID, secret)))
        .build();
  }

  @Override
  public void close() throws IOException {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IOException("stopping the server", e);
    }
  }
}
