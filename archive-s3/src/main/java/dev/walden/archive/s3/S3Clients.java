package dev.walden.archive.s3;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Clients that work with every S3-compatible server. Credentials and region come from the SDK's
 * default chains unless set on the builder.
 *
 * <p>They deviate from the SDK's defaults that servers other than Amazon's reject: no checksums in
 * trailers and no chunked signing (each upload carries its MD5 instead, which all servers check),
 * and path-style access if an endpoint is given.
 */
public final class S3Clients {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(20);
  private static final int TRIES = 5;

  private S3Clients() {}

  /**
   * A builder for a client of Amazon's S3, or of the server in the environment variable {@code
   * AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL}. The caller closes the client.
   */
  public static S3ClientBuilder portable() {
    return builder(
        System.getenv("AWS_ENDPOINT_URL_S3") != null || System.getenv("AWS_ENDPOINT_URL") != null);
  }

  /** A builder for a client of a server such as {@code https://s3.example.org:9000}. */
  public static S3ClientBuilder portable(URI endpoint) {
    return builder(true).endpointOverride(endpoint);
  }

  private static S3ClientBuilder builder(boolean paths) {
    return S3Client.builder()
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECTING).socketTimeout(SILENCE))
        .overrideConfiguration(
            override -> override.retryStrategy(retries -> retries.maxAttempts(TRIES)))
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .serviceConfiguration(
            S3Configuration.builder()
                .chunkedEncodingEnabled(false)
                .pathStyleAccessEnabled(paths)
                .build());
  }
}
