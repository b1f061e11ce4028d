package dev.walden.archive.s3;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage.PutOutcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Writes an object in parts, several of them at once. An object that fits into one part is put like
 * any other. Memory holds at most one part more than are uploaded at once.
 */
final class MultipartWriter extends ObjectWriter {
  private static final Logger LOG = LoggerFactory.getLogger(MultipartWriter.class);

  /** The maximum number of parts of an object. */
  private static final int MOST_PARTS = 10_000;

  private final Bucket bucket;
  private final String name;
  private final int partSize;
  private final int parallelism;
  private final String write = UUID.randomUUID().toString();
  private final Deque<UploadedPart> underWay = new ArrayDeque<>();
  private final Deque<byte[]> free = new ArrayDeque<>();
  private final List<CompletedPart> completed = new ArrayList<>();
  private byte[] buffer;
  private int filled;
  private int parts;
  private @Nullable String upload;
  private boolean over;

  /** A part that is being uploaded. */
  private record UploadedPart(int number, byte[] buffer, Future<String> eTag) {}

  MultipartWriter(Bucket bucket, String name, int partSize, int parallelism) {
    this.bucket = bucket;
    this.name = name;
    this.partSize = partSize;
    this.parallelism = parallelism;
    this.buffer = new byte[partSize];
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    requireOpen();
    for (int done = 0; done < length; ) {
      if (filled == partSize) {
        upload();
      }
      int count = Math.min(length - done, partSize - filled);
      System.arraycopy(bytes, offset + done, buffer, filled, count);
      filled += count;
      done += count;
    }
  }

  private void requireOpen() throws IOException {
    if (over) {
      throw new IOException(name + ": the object was committed, discarded, or has failed");
    }
  }

  /** Uploads the buffer, once fewer uploads than allowed are running. */
  private void upload() throws IOException {
    boolean failed = true;
    try {
      if (parts == MOST_PARTS) {
        throw new StorageUnavailableException(
            name + " exceeds " + MOST_PARTS + " parts of " + partSize + " bytes");
      }
      if (upload == null) {
        upload = begin();
      }
      while (underWay.size() >= parallelism) {
        complete(underWay.remove());
      }
      underWay.add(send(++parts, buffer, filled));
      buffer = free.isEmpty() ? new byte[partSize] : free.remove();
      filled = 0;
      failed = false;
    } finally {
      over |= failed;
    }
  }

  private String begin() throws IOException {
    CreateMultipartUploadRequest request =
        bucket
            .properties()
            .applyTo(CreateMultipartUploadRequest.builder())
            .bucket(bucket.name())
            .key(bucket.key(name))
            .metadata(Map.of(Bucket.WRITE, write))
            .build();
    String what = "beginning " + name;
    try {
      return bucket.call(what, 0, () -> bucket.client().createMultipartUpload(request)).uploadId();
    } catch (S3Exception e) {
      throw bucket.refused(what, e);
    }
  }

  private UploadedPart send(int number, byte[] bytes, int length) throws IOException {
    UploadPartRequest request =
        UploadPartRequest.builder()
            .bucket(bucket.name())
            .key(bucket.key(name))
            .uploadId(upload)
            .partNumber(number)
            .contentLength((long) length)
            .contentMD5(SinglePut.md5(bytes, length))
            .build();
    RequestBody body =
        RequestBody.fromContentProvider(
            () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
    return new UploadedPart(
        number,
        bytes,
        bucket.begin("writing " + name, () -> bucket.client().uploadPart(request, body).eTag()));
  }

  private void complete(UploadedPart part) throws IOException {
    String what = "writing " + name;
    try {
      String eTag = bucket.answer(what, partSize, part.eTag());
      completed.add(CompletedPart.builder().partNumber(part.number()).eTag(eTag).build());
      free.add(part.buffer());
    } catch (S3Exception e) {
      throw bucket.refused(what, e);
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen();
    if (upload == null) {
      over = true;
      if (new SinglePut(bucket, name, content()).run() == PutOutcome.EXISTS) {
        throw taken();
      }
      return;
    }
    upload();
    over = true;
    while (!underWay.isEmpty()) {
      complete(underWay.remove());
    }
    String finished = upload;
    finish();
    upload = null;
    LOG.debug("{} was uploaded as {} in {} parts", name, finished, parts);
  }

  private ObjectSource content() {
    byte[] bytes = buffer;
    int length = filled;
    return new ObjectSource() {
      @Override
      public long length() {
        return length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes, 0, length);
      }
    };
  }

  private void finish() throws IOException {
    String what = "completing " + name;
    try {
      bucket.call(
          what,
          0,
          () ->
              bucket
                  .client()
                  .completeMultipartUpload(
                      request ->
                          request
                              .bucket(bucket.name())
                              .key(bucket.key(name))
                              .uploadId(upload)
                              .ifNoneMatch("*")
                              .multipartUpload(all -> all.parts(completed))));
    } catch (S3Exception e) {
      boolean taken = e.statusCode() == 412;
      // if the request was sent twice, the first one may have succeeded
      if ((taken || e.statusCode() == 404) && bucket.isOf(name, write).orElse(false)) {
        return;
      }
      throw taken ? taken() : bucket.refused(what, e);
    }
  }

  private ArchiveConflictException taken() {
    return new ArchiveConflictException(name + " already exists in " + bucket);
  }

  /** Aborts the upload, in the background if the caller was interrupted. */
  @Override
  public void close() throws IOException {
    over = true;
    buffer = new byte[0];
    free.clear();
    if (upload == null) {
      return;
    }
    String aborted = upload;
    upload = null;
    underWay.forEach(part -> part.eTag().cancel(true));
    Future<?> abortion =
        bucket
            .calls()
            .submit(
                "aborting " + name,
                () ->
                    bucket
                        .client()
                        .abortMultipartUpload(
                            abort ->
                                abort
                                    .bucket(bucket.name())
                                    .key(bucket.key(name))
                                    .uploadId(aborted)));
    if (!Thread.currentThread().isInterrupted()) {
      try {
        bucket.answer("aborting " + name, 0, abortion);
      } catch (StorageUnavailableException | S3Exception e) {
        // it is invisible, and a later writer aborts it
        LOG.debug("an upload of {} remains: {}", name, e.getMessage());
      }
    }
  }
}
