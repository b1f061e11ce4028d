package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import java.io.IOException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Tests whether a server supports {@code If-None-Match}: it must refuse to overwrite an object that
 * exists, or now exists.
 */
final class ConditionalPutProbe {
  private static final String MARKER = ".walden-storage";
  private static final byte[] CONTENT = new byte[0];

  private final Bucket bucket;

  ConditionalPutProbe(Bucket bucket) {
    this.bucket = bucket;
  }

  void verify() throws IOException {
    boolean markerIsNew = !isRefused();
    if (markerIsNew && !isRefused()) {
      throw new StorageUnavailableException(
          "the server of "
              + bucket
              + " ignores If-None-Match: * and overwrites objects: archived WAL would not be"
              + " safe there. Use a server that supports conditional writes");
    }
  }

  private boolean isRefused() throws IOException {
    String what = "testing conditional writes";
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
                + " does not support conditional writes (If-None-Match: *): archived WAL would"
                + " not be safe there",
            e);
      }
      throw bucket.refused(what, e);
    }
  }
}
