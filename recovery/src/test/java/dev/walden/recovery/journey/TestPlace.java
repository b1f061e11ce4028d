package dev.walden.recovery.journey;

import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.s3.S3Clients;
import dev.walden.archive.s3.S3Storage;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Where an archive is, in words that a process can be given: a folder, or the address of an S3
 * server of {@link #startBucket}.
 */
public final class TestPlace {
  public static final String BUCKET = "walden";
  private static final String ID = "test-id";
  private static final String SECRET = "test-secret";

  private TestPlace() {}

  /** An S3 server in this process that checks signatures, with an empty bucket in a folder. */
  public static S3Proxy startBucket(Path folder) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", Files.createDirectory(folder).toString());
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, ID, SECRET)
            .build();
    proxy.start();
    try (S3Client client = client(place(proxy))) {
      client.createBucket(bucket -> bucket.bucket(BUCKET));
    }
    return proxy;
  }

  public static String place(S3Proxy server) {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** What the SDK's own chains read, for a process whose archive is {@code s3://walden/…}. */
  public static Map<String, String> environment(S3Proxy server) {
    return Map.of(
        "AWS_ENDPOINT_URL_S3",
        place(server),
        "AWS_REGION",
        "us-east-1",
        "AWS_ACCESS_KEY_ID",
        ID,
        "AWS_SECRET_ACCESS_KEY",
        SECRET);
  }

  /** A client of the server at an address. */
  public static S3Client client(String place) {
    return S3Clients.portable(URI.create(place))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ID, SECRET)))
        .build();
  }

  /** The client of a bucket ends with the process. */
  public static Storage open(String place) throws IOException {
    return place.startsWith("http:")
        ? S3Storage.in(client(place), BUCKET).open()
        : FileSystemStorage.at(Path.of(place));
  }
}
