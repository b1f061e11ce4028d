package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import dev.walden.errors.CauseText;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The part of a bucket below a prefix, and the meaning of its server's answers.
 *
 * @param prefix empty, or ending with a slash
 * @param patience how long requests are made again while the server is unavailable
 */
record Bucket(
    S3Client client,
    String name,
    String prefix,
    ObjectProperties properties,
    TimedCalls calls,
    Duration patience) {
  /** The metadata that identifies the write of an object. */
  static final String WRITE = "walden-write";

  private static final Logger LOG = LoggerFactory.getLogger(Bucket.class);
  private static final int FIRST_WAIT_MS = 200;
  private static final int LONGEST_WAIT_MS = 5000;

  /** The same with another patience. */
  Bucket patient(Duration limit) {
    return new Bucket(client, name, prefix, properties, calls, limit);
  }

  String key(String object) {
    return prefix + object;
  }

  /**
   * Makes a request, again and again while the server is unavailable, as long as that is wanted. So
   * it must not matter if an earlier one has been carried out.
   *
   * @throws S3Exception if the server rejected it, for the caller to interpret
   * @throws StorageUnavailableException if there was no answer
   */
  <T> T call(String what, long bytes, Callable<T> request) throws IOException {
    return patiently(what, () -> calls.call(what + " in " + this, bytes, request));
  }

  /** Begins a request, which is made again as by {@link #call}. */
  <T> Future<T> begin(String what, Callable<T> request) throws IOException {
    return calls.submit(what, () -> patiently(what, request));
  }

  /** Waits for a request of {@link #begin}. */
  <T> T answer(String what, long bytes, Future<T> request) throws IOException {
    return answered(what, () -> calls.await(what + " in " + this, bytes, patience, request));
  }

  private <T> T patiently(String what, Callable<T> request) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    for (int wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      try {
        return answered(what, request);
      } catch (StorageUnavailableException e) {
        pause(wait, end, e);
      } catch (S3Exception e) {
        if (e.statusCode() < 500 && !e.isThrottlingException()) {
          throw e;
        }
        pause(wait, end, e);
      }
    }
  }

  /** Waits before the next request, or throws if there is to be none. */
  private <E extends Exception> void pause(int wait, long end, E failure) throws E {
    if (System.nanoTime() + wait * 1_000_000L >= end || calls.isClosed()) {
      throw failure;
    }
    if (wait == FIRST_WAIT_MS) {
      LOG.warn("trying again for up to {} s: {}", patience.toSeconds(), failure.getMessage());
    }
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  private <T> T answered(String what, Callable<T> answer) throws IOException {
    try {
      return answer.call();
    } catch (S3Exception | IOException e) {
      throw e;
    } catch (SdkException e) {
      throw new StorageUnavailableException(what + " in " + this + ": " + CauseText.of(e), e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new StorageUnavailableException(what + " in " + this + " failed", e);
    }
  }

  /** An error without a specific meaning for its request. */
  StorageUnavailableException refused(String what, S3Exception e) {
    String advice =
        switch (code(e)) {
          case "AccessDenied" ->
              "; the credentials must allow s3:ListBucket for the bucket, and s3:GetObject,"
                  + " s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload for its objects";
          case "PermanentRedirect", "AuthorizationHeaderMalformed" ->
              "; the bucket is in another region";
          case "RequestTimeTooSkewed" -> "; this machine's clock is wrong";
          default -> "";
        };
    return new StorageUnavailableException(
        what + " in " + this + ": " + e.statusCode() + " " + e.getMessage() + advice, e);
  }

  /** The response to HEAD; empty if the server answers 404, for any reason. */
  Optional<HeadObjectResponse> head(String object) throws IOException {
    String what = "looking for " + object;
    try {
      return Optional.of(
          call(what, 0, () -> client.headObject(head -> head.bucket(name).key(key(object)))));
    } catch (S3Exception e) {
      if (e.statusCode() == 404) {
        return Optional.empty();
      }
      throw refused(what, e);
    }
  }

  /** Whether the existing object is from this write. */
  Optional<Boolean> isOf(String object, String write) throws IOException {
    return head(object).map(found -> write.equals(found.metadata().get(WRITE)));
  }

  /** Whether the error proves that the bucket exists and lacks the object. */
  static boolean provesAbsence(S3Exception e) {
    return e.statusCode() == 404 && code(e).equals("NoSuchKey");
  }

  /** The server's error code; empty if there is none. */
  static String code(S3Exception e) {
    String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
    return code == null ? "" : code;
  }

  @Override
  public String toString() {
    return "s3://"
        + name
        + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
  }
}
