package dev.walden.archive.s3;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads a range of an object. A broken transfer is continued with a new request from its position,
 * for the same version of the object.
 */
final class ObjectReader extends InputStream {
  /** How often in a row a transfer is restarted without a byte of progress. */
  private static final int MOST_RESUMPTIONS = 4;

  private static final int WAIT_MS = 200;

  private final Bucket bucket;
  private final String name;
  private final byte[] one = new byte[1];
  private ResponseInputStream<GetObjectResponse> body;
  private long position;

  /** The end of the range, at most the end of the object. */
  private final long end;

  private final @Nullable String eTag;
  private int resumptions;
  private boolean closed;

  private ObjectReader(
      Bucket bucket,
      String name,
      ResponseInputStream<GetObjectResponse> body,
      long position,
      long end) {
    this.bucket = bucket;
    this.name = name;
    this.body = body;
    this.position = position;
    this.end = end;
    this.eTag = body.response().eTag();
  }

  /**
   * Opens {@code length} bytes, at least one, from {@code offset}.
   *
   * @throws NotArchivedException if the server answers that the object does not exist
   */
  static InputStream open(Bucket bucket, String name, long offset, long length) throws IOException {
    boolean toEnd = length > Long.MAX_VALUE - offset;
    String range = "bytes=" + offset + "-" + (toEnd ? "" : offset + length - 1);
    boolean whole = offset == 0 && toEnd;
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(bucket.name()).key(bucket.key(name));
    String what = "reading " + name;
    try {
      ResponseInputStream<GetObjectResponse> body =
          get(bucket, what, whole ? request.build() : request.range(range).build());
      long count = body.response().contentLength();
      if (!whole && !covers(body.response(), offset, count)) {
        body.abort();
        throw new StorageUnavailableException(
            what
                + " in "
                + bucket
                + ": requested "
                + range
                + ", but the server sent another"
                + " range");
      }
      return new ObjectReader(bucket, name, body, offset, offset + count);
    } catch (S3Exception e) {
      if (Bucket.provesAbsence(e)) {
        throw new NotArchivedException(name + " is not in " + bucket);
      }
      if (e.statusCode() == 416) { // the object ends earlier
        return InputStream.nullInputStream();
      }
      throw bucket.refused(what, e);
    }
  }

  private static ResponseInputStream<GetObjectResponse> get(
      Bucket bucket, String what, GetObjectRequest request) throws IOException {
    return bucket.call(what, 0, () -> bucket.client().getObject(request));
  }

  private static boolean covers(GetObjectResponse response, long offset, long count) {
    String range = response.contentRange();
    return range != null && range.startsWith("bytes " + offset + "-" + (offset + count - 1));
  }

  @Override
  public int read() throws IOException {
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException(name + ": the stream is closed");
    }
    if (length == 0) {
      return 0;
    }
    while (position < end) {
      if (Thread.currentThread().isInterrupted()) {
        throw new StorageUnavailableException(
            "reading " + name + " in " + bucket + ": interrupted");
      }
      int wanted = (int) Math.min(length, end - position);
      int count = tryRead(bytes, offset, wanted);
      if (count > 0) {
        position += count;
        resumptions = 0;
        return count;
      }
    }
    return -1;
  }

  /** Returns zero if the transfer broke off and a new request continues it. */
  private int tryRead(byte[] bytes, int offset, int length) throws IOException {
    try {
      int count = body.read(bytes, offset, length);
      if (count < 0) {
        resume(null);
        return 0;
      }
      return count;
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      resume(e);
      return 0;
    }
  }

  private void resume(@Nullable Exception cause) throws IOException {
    body.abort();
    String what =
        "reading " + name + " in " + bucket + ", interrupted at " + position + " of " + end;
    if (resumptions == MOST_RESUMPTIONS) {
      throw new StorageUnavailableException(what, cause);
    }
    pause(what);
    resumptions++;
    GetObjectRequest.Builder request =
        GetObjectRequest.builder()
            .bucket(bucket.name())
            .key(bucket.key(name))
            .range("bytes=" + position + "-" + (end - 1));
    if (eTag != null && !eTag.isEmpty()) {
      request.ifMatch(eTag);
    }
    try {
      body = get(bucket, "reading " + name, request.build());
    } catch (S3Exception e) {
      throw bucket.refused("reading " + name, e);
    }
    if (!covers(body.response(), position, end - position)) {
      body.abort();
      throw new StorageUnavailableException(what + ": the server sent another range");
    }
  }

  private void pause(String what) throws StorageUnavailableException {
    try {
      Thread.sleep((long) WAIT_MS << resumptions);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException(what + ": interrupted", e);
    }
  }

  /** Ends the transfer without waiting for unread bytes. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      if (position < end) {
        body.abort();
      } else {
        body.close();
      }
    }
  }
}
