package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import java.io.IOException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Whether a server honours {@code If-None-Match}: an object that is always there, or is now, must
 * be refused.
 */
final class ConditionalPutProbe {
  private static final String MARKER = ".walden-storage";
  private static final byte[] CONTENT = new byte[0];

  private final Bucket bucket;

  ConditionalPutProbe(Bucket bucket) {
    this.bucket = bucket;
  }

  void verify() throws IOException {
    if (!isRefused() && !isRefused()) {
      throw new StorageUnavailableException(
          "the server of "
              + bucket
              + " overwrites objects although it is told not to (If-None-Match: *): archived WAL"
              + " would not be safe there. Use a server that supports conditional writes");
    }
  }

  private boolean isRefused() throws IOException {
    String what = "looking whether objects are overwritten";
    try {
      bucket.call(
          what,
          0,
          () ->
              bucket
                  .client()
                  .putObject(
                      put ->
                          put.bucket(bucket.name())
                              .key(bucket.key(MARKER))
                              .ifNoneMatch("*")
                              .contentMD5(SinglePut.md5(CONTENT, 0)),
                      RequestBody.fromBytes(CONTENT)));
      return false;
    } catch (S3Exception e) {
      if (e.statusCode() == 412) {
        return true;
      }
      if (e.statusCode() == 501) {
        throw new StorageUnavailableException(
            "the server of "
                + bucket
                + " has no conditional writes (If-None-Match: *): archived WAL would not be safe"
                + " there",
            e);
      }
      throw bucket.refused(what, e);
    }
  }
}
