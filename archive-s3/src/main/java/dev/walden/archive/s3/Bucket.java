package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import dev.walden.errors.CauseText;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The part of a bucket below a prefix, and the meaning of its server's answers.
 *
 * @param prefix empty, or ending with a slash
 */
record Bucket(
    S3Client client, String name, String prefix, ObjectProperties properties, TimedCalls calls) {
  /** The metadata that identifies the write of an object. */
  static final String WRITE = "walden-write";

  String key(String object) {
    return prefix + object;
  }

  /**
   * Makes a request.
   *
   * @throws S3Exception if the server rejected it, for the caller to interpret
   * @throws StorageUnavailableException if there was no answer
   */
  <T> T call(String what, long bytes, Callable<T> request) throws IOException {
    return answered(what, () -> calls.call(what + " in " + this, bytes, request));
  }

  /** Waits for a request that was already begun, as {@link #call} does. */
  <T> T answer(String what, long bytes, Future<T> request) throws IOException {
    return answered(what, () -> calls.await(what + " in " + this, bytes, request));
  }

  /** A request that a server may fail. */
  private interface Answer<T> {
    T get() throws IOException;
  }

  private <T> T answered(String what, Answer<T> answer) throws IOException {
    try {
      return answer.get();
    } catch (S3Exception e) {
      throw e;
    } catch (SdkException e) {
      throw new StorageUnavailableException(what + " in " + this + ": " + CauseText.of(e), e);
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
