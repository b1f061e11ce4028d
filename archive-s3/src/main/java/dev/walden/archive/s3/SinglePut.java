package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage.PutOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Creates an object with one conditional PUT. If an answer is lost, the client repeats the PUT,
 * which then fails because the name is taken: by itself, if the existing object carries this
 * write's mark.
 */
final class SinglePut {
  /** The maximum length of one PUT, in bytes. */
  static final long MAX_LENGTH = 5L << 30;

  private static final int TRIES = 8;
  private static final int WAIT_MS = 100;

  private final Bucket bucket;
  private final String name;
  private final ObjectSource source;
  private final String write = UUID.randomUUID().toString();

  SinglePut(Bucket bucket, String name, ObjectSource source) {
    this.bucket = bucket;
    this.name = name;
    this.source = source;
  }

  PutOutcome run() throws IOException {
    if (source.length() > MAX_LENGTH) {
      throw new IOException(name + " exceeds the " + MAX_LENGTH + " bytes of one PUT");
    }
    PutObjectRequest request = request(md5(source));
    for (int i = 0; i < TRIES; i++) {
      Optional<PutOutcome> outcome = attempt(request);
      if (outcome.isPresent()) {
        return outcome.get();
      }
      pause(i);
    }
    throw new StorageUnavailableException(
        "putting " + name + " in " + bucket + ": it is repeatedly written and deleted by others");
  }

  private PutObjectRequest request(String md5) {
    return bucket
        .properties()
        .applyTo(PutObjectRequest.builder())
        .bucket(bucket.name())
        .key(bucket.key(name))
        .ifNoneMatch("*")
        .contentLength(source.length())
        .contentMD5(md5)
        .metadata(Map.of(Bucket.WRITE, write))
        .build();
  }

  private Optional<PutOutcome> attempt(PutObjectRequest request) throws IOException {
    String what = "putting " + name;
    try {
      bucket.call(what, source.length(), () -> bucket.client().putObject(request, body()));
      return Optional.of(PutOutcome.CREATED);
    } catch (S3Exception e) {
      return switch (e.statusCode()) {
        case 412 -> outcome();
        case 409 -> Optional.empty(); // a concurrent write
        default -> throw bucket.refused(what, e);
      };
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Empty if the conflicting object has meanwhile been deleted. */
  private Optional<PutOutcome> outcome() throws IOException {
    return bucket.isOf(name, write).map(ours -> ours ? PutOutcome.CREATED : PutOutcome.EXISTS);
  }

  private RequestBody body() {
    return RequestBody.fromContentProvider(
        () -> open(), source.length(), "application/octet-stream");
  }

  private InputStream open() {
    try {
      return source.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void pause(int attempt) throws IOException {
    try {
      Thread.sleep((long) WAIT_MS << attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException("putting " + name + " in " + bucket + ": interrupted");
    }
  }

  /** Reads the whole source once, which detects failures and a wrong length. */
  private static String md5(ObjectSource source) throws IOException {
    try (DigestOutputStream digest =
        new DigestOutputStream(OutputStream.nullOutputStream(), newMd5())) {
      source.copyTo(digest);
      return Base64.getEncoder().encodeToString(digest.getMessageDigest().digest());
    }
  }

  static String md5(byte[] bytes, int length) {
    MessageDigest digest = newMd5();
    digest.update(bytes, 0, length);
    return Base64.getEncoder().encodeToString(digest.digest());
  }

  private static MessageDigest newMd5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime lacks MD5, which S3 requires", e);
    }
  }
}
