package dev.walden.archive.s3;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.errors.Arguments;
import dev.walden.storage.ObjectNames;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.StorageGuarantees;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.StorageClass;

/**
 * A storage in a bucket of Amazon's S3 or of an S3-compatible server. Any number of processes and
 * hosts may use it concurrently.
 *
 * <p>Every object is created by a PUT on condition that its name is free ({@code If-None-Match}),
 * with the MD5 of its content. An object of {@link #create} that is larger than a part is created
 * by a multipart upload. Some servers ignore the condition for those, so {@link
 * StorageGuarantees#conditionalCommit} is false. A server that ignores it for a PUT would let WAL
 * be overwritten: opening the storage tests this with an object {@code .walden-storage} below the
 * prefix, and rejects such a server.
 *
 * <p>An object counts as absent only if the server answers {@code NoSuchKey}. Without permission to
 * list the bucket, S3 answers {@code AccessDenied} instead, which is a {@link
 * StorageUnavailableException}.
 *
 * <p>A writer that dies leaves at most an incomplete upload, which is invisible and which a later
 * writer aborts after a week. In a bucket with versioning or object lock, deleted objects remain as
 * older versions until the bucket's lifecycle rules remove them.
 *
 * <p>The client's settings define how requests are retried. They end in bounded time: {@link
 * Builder#timeout}, plus a second for every 128 KiB of a body, or later if the storage is {@link
 * #patient}. An interrupted thread gets its exception at once; while reading, after the client's
 * socket timeout at the latest.
 */
public final class S3Storage implements Storage {
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9._-]{3,255}");
  private static final Duration ABANDONED = Duration.ofDays(7);

  private final Bucket bucket;
  private final boolean view;
  private final boolean ownClient;
  private final boolean readOnly;
  private final int partSize;
  private final int parallelism;
  private final AtomicBoolean tidied = new AtomicBoolean();

  private S3Storage(Builder builder) {
    this.bucket =
        new Bucket(
            builder.client,
            builder.bucket,
            builder.prefix,
            builder.properties(),
            new TimedCalls(builder.timeout),
            Duration.ZERO);
    this.view = false;
    this.ownClient = builder.ownClient;
    this.readOnly = builder.readOnly;
    this.partSize = builder.partSize;
    this.parallelism = builder.parallelism;
  }

  private S3Storage(S3Storage of, Duration patience) {
    this.bucket = of.bucket.patient(patience);
    this.view = true;
    this.ownClient = of.ownClient;
    this.readOnly = of.readOnly;
    this.partSize = of.partSize;
    this.parallelism = of.parallelism;
  }

  /**
   * Describes a storage at a location such as {@code s3://bucket/path}, with a client of {@link
   * S3Clients#portable()} that is closed with it.
   *
   * @throws IllegalArgumentException if it is not such a location
   */
  public static Builder at(URI place) {
    if (!"s3".equals(place.getScheme())
        || place.getAuthority() == null
        || !BUCKET.matcher(place.getAuthority()).matches()) {
      throw new IllegalArgumentException("not a location in S3: expected s3://bucket/path");
    }
    Builder builder = new Builder(S3Clients.portable().build(), place.getAuthority());
    builder.ownClient = true;
    String path = place.getPath() == null ? "" : place.getPath();
    return builder.prefix(path.replaceFirst("^/", "").replaceFirst("/$", ""));
  }

  /**
   * Describes a storage.
   *
   * @param client stays open when the storage is closed; {@link S3Clients} builds one that works
   *     with every server
   */
  public static Builder in(S3Client client, String bucket) {
    return new Builder(client, bucket);
  }

  @Override
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    ObjectNames.check(name);
    requireWritable();
    return new SinglePut(bucket, name, source).run();
  }

  @Override
  public ObjectWriter create(String name) throws IOException {
    ObjectNames.check(name);
    requireWritable();
    if (tidied.compareAndSet(false, true)) {
      tidyUploads(ABANDONED);
    }
    return new MultipartWriter(bucket, name, partSize, parallelism);
  }

  /**
   * Aborts incomplete multipart uploads below the prefix that are older than {@code age}. The first
   * {@link #create} does so for those older than a week.
   *
   * @return how many were aborted; those that could not be listed or aborted remain
   */
  public int tidyUploads(Duration age) {
    return new AbandonedUploads(bucket).abort(age);
  }

  @Override
  public InputStream open(String name, long offset, long length) throws IOException {
    ObjectNames.check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative offset or length: " + offset + ", " + length);
    }
    if (length > 0 && offset <= SinglePut.MAX_LENGTH * 1024) {
      return ObjectReader.open(bucket, name, offset, length);
    }
    if (find(name).isEmpty()) {
      throw new NotArchivedException(name + " is not in " + bucket);
    }
    return InputStream.nullInputStream();
  }

  @Override
  public Optional<StoredObject> find(String name) throws IOException {
    ObjectNames.check(name);
    Optional<StoredObject> found = look(name);
    if (found.isPresent()) {
      return found;
    }
    // HEAD does not distinguish a missing object from a missing bucket
    try {
      ObjectReader.open(bucket, name, 0, Long.MAX_VALUE).close();
    } catch (NotArchivedException e) {
      return Optional.empty();
    }
    return look(name);
  }

  private Optional<StoredObject> look(String name) throws IOException {
    return bucket.head(name).map(head -> new StoredObject(name, head.contentLength()));
  }

  @Override
  public List<StoredObject> list(String prefix, String after, int limit) throws IOException {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be positive: " + limit);
    }
    return new Listing(bucket, prefix, after, limit).run();
  }

  /**
   * {@inheritDoc}
   *
   * <p>S3 does not report whether an object existed, so this looks for it first.
   */
  @Override
  public boolean delete(String name) throws IOException {
    requireWritable();
    if (find(name).isEmpty()) {
      return false;
    }
    String what = "deleting " + name;
    try {
      bucket.call(
          what,
          0,
          () ->
              bucket
                  .client()
                  .deleteObject(delete -> delete.bucket(bucket.name()).key(bucket.key(name))));
      return true;
    } catch (S3Exception e) {
      throw bucket.refused(what, e);
    }
  }

  /** {@inheritDoc} A thousand at a time; one by one if the server does not support that. */
  @Override
  public Map<String, IOException> deleteAll(Collection<String> names) {
    names.forEach(ObjectNames::check);
    return readOnly ? Storage.super.deleteAll(names) : new BatchDelete(this, bucket).run(names);
  }

  private void requireWritable() throws StorageUnavailableException {
    if (readOnly) {
      throw new StorageUnavailableException(bucket + " was opened read-only");
    }
  }

  /** Each request by itself is made again, the parts of an object and its completion included. */
  @Override
  public S3Storage patient(Duration limit) {
    return new S3Storage(this, limit);
  }

  @Override
  public StorageGuarantees guarantees() {
    return new StorageGuarantees(false);
  }

  /** Ends running requests. The caller's own client stays open. */
  @Override
  public void close() {
    if (view) {
      return;
    }
    bucket.calls().close();
    if (ownClient) {
      bucket.client().close();
    }
  }

  @Override
  public String toString() {
    return bucket.toString();
  }

  /** Describes a storage in a bucket. Not safe for use by many threads. */
  public static final class Builder {
    private static final int MIN_PART = 5 << 20;

    private final S3Client client;
    private final String bucket;
    private boolean ownClient;
    private String prefix = "";
    private boolean readOnly;
    private int partSize = 8 << 20;
    private int parallelism = 3;
    private Duration timeout = Duration.ofMinutes(2);
    private Optional<StorageClass> storageClass = Optional.empty();
    private Optional<ServerSideEncryption> encryption = Optional.empty();
    private Optional<String> keyId = Optional.empty();
    private Optional<ObjectLockMode> lock = Optional.empty();
    private Duration lockedFor = Duration.ZERO;
    private final Map<String, String> tags = new TreeMap<>();

    private Builder(S3Client client, String bucket) {
      this.client = client;
      this.bucket = bucket;
    }

    /**
     * The prefix in the bucket: nothing outside is read, written or listed. By default the whole
     * bucket.
     *
     * @throws IllegalArgumentException if it is not a legal name by {@link ObjectNames}
     */
    public Builder prefix(String path) {
      prefix = path.isEmpty() ? "" : ObjectNames.check(path) + "/";
      return this;
    }

    /** Never writes and needs no permission to: for planning and restoring. */
    public Builder readOnly() {
      readOnly = true;
      return this;
    }

    /** The size of a part of a multipart upload in bytes; at least 5 MiB, 8 MiB by default. */
    public Builder partSize(int bytes) {
      if (bytes < MIN_PART) {
        throw new IllegalArgumentException("not a part size of S3: " + bytes + " bytes");
      }
      partSize = bytes;
      return this;
    }

    /** How many parts of one object are uploaded at once, each with a buffer; 3 by default. */
    public Builder parallelism(int parts) {
      if (parts < 1) {
        throw new IllegalArgumentException("parallelism must be at least 1");
      }
      parallelism = parts;
      return this;
    }

    /** How long a request may take, including the client's retries; two minutes by default. */
    public Builder timeout(Duration limit) {
      timeout = Arguments.positive("timeout", limit);
      return this;
    }

    /** The storage class of new objects; by default the bucket's. */
    public Builder storageClass(StorageClass type) {
      storageClass = Optional.of(type);
      return this;
    }

    /** The server-side encryption of new objects; by default the bucket's. */
    public Builder serverSideEncryption(ServerSideEncryption algorithm) {
      encryption = Optional.of(algorithm);
      return this;
    }

    /** The KMS key for server-side encryption of new objects. */
    public Builder kmsKey(String id) {
      encryption = Optional.of(ServerSideEncryption.AWS_KMS);
      keyId = Optional.of(id);
      return this;
    }

    /** Locks each new object for the given time, in a bucket with object lock. */
    public Builder objectLock(ObjectLockMode mode, Duration time) {
      lock = Optional.of(mode);
      lockedFor = Arguments.positive("objectLock", time);
      return this;
    }

    /** Adds a tag to new objects. */
    public Builder tag(String key, String value) {
      tags.put(key, value);
      return this;
    }

    private ObjectProperties properties() {
      return new ObjectProperties(
          storageClass, encryption, keyId, lock, lockedFor, Map.copyOf(tags));
    }

    /**
     * Opens the storage, and tests that the server never overwrites objects, unless {@link
     * #readOnly}.
     *
     * @throws StorageUnavailableException if the server is unreachable, the bucket does not exist,
     *     or the server overwrites objects
     */
    public S3Storage open() throws IOException {
      S3Storage storage = new S3Storage(this);
      if (!readOnly) {
        try {
          new ConditionalPutProbe(storage.bucket).verify();
        } catch (IOException | RuntimeException e) {
          storage.close();
          throw e;
        }
      }
      return storage;
    }
  }
}
