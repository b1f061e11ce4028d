package dev.walden.benchmarks;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/** An S3 server that asks for no signatures, so that curl need not make any. */
public final class S3Server {
  static final String BUCKET = "walden";

  private S3Server() {}

  /** Arguments: a folder for the bucket, and the file to write the port to when it serves. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Files.createDirectories(folder.resolve(BUCKET));
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.NONE, "", "")
            .build();
    proxy.start();
    Path ready = Path.of(arguments[1] + ".new");
    Files.writeString(ready, Integer.toString(proxy.getPort()));
    Files.move(ready, Path.of(arguments[1]));
    Thread.currentThread().join();
  }
}
