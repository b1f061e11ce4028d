package dev.walden.archive.s3;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Aborts the uploads of dead writers: they cost money, and no listing of objects shows them. */
final class AbandonedUploads {
  private static final Logger LOG = LoggerFactory.getLogger(AbandonedUploads.class);

  private final Bucket bucket;

  AbandonedUploads(Bucket bucket) {
    this.bucket = bucket;
  }

  /** Aborts uploads older than {@code age}, as far as possible. */
  int abort(Duration age) {
    Instant before = Instant.now().minus(age);
    int aborted = 0;
    try {
      ListMultipartUploadsResponse page =
          bucket.call(
              "listing uploads",
              0,
              () ->
                  bucket
                      .client()
                      .listMultipartUploads(
                          list -> list.bucket(bucket.name()).prefix(bucket.prefix())));
      for (MultipartUpload upload : page.uploads()) {
        if (upload.key().startsWith(bucket.prefix()) && upload.initiated().isBefore(before)) {
          abort(upload);
          aborted++;
        }
      }
    } catch (IOException | SdkException e) {
      LOG.debug("not looking for abandoned uploads: {}", e.getMessage());
    }
    return aborted;
  }

  private void abort(MultipartUpload upload) throws IOException {
    bucket.call(
        "aborting an abandoned upload",
        0,
        () ->
            bucket
                .client()
                .abortMultipartUpload(
                    abort ->
                        abort.bucket(bucket.name()).key(upload.key()).uploadId(upload.uploadId())));
    LOG.info("aborted an upload of {} begun at {}", upload.key(), upload.initiated());
  }
}
