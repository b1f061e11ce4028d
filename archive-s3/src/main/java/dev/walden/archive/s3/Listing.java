package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectNames;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * One listing, over as many pages as needed. Legal names are ASCII, so the server's order of UTF-8
 * bytes is that of the characters.
 */
final class Listing {
  private static final int PAGE = 1000;
  private static final String PART = "[A-Za-z0-9_-][A-Za-z0-9._-]*";
  private static final Pattern BEGINNING = Pattern.compile("(" + PART + "/)*(" + PART + ")?");

  private final Bucket bucket;
  private final String prefix;
  private final String after;
  private final int limit;
  private final List<StoredObject> found = new ArrayList<>();
  private String last = "";

  Listing(Bucket bucket, String prefix, String after, int limit) {
    this.bucket = bucket;
    this.prefix = prefix;
    this.after = after;
    this.limit = limit;
  }

  List<StoredObject> run() throws IOException {
    if (!BEGINNING.matcher(prefix).matches()) {
      return List.of(); // no name begins like this
    }
    Optional<String> token = Optional.empty();
    do {
      ListObjectsV2Response page = page(token);
      for (S3Object object : page.contents()) {
        add(object);
      }
      Optional<String> next =
          Boolean.TRUE.equals(page.isTruncated())
              ? Optional.ofNullable(page.nextContinuationToken())
              : Optional.empty();
      if (next.isPresent() && next.equals(token)) {
        throw failed("its pages do not end");
      }
      token = next;
    } while (token.isPresent() && found.size() < limit);
    return List.copyOf(found.subList(0, Math.min(limit, found.size())));
  }

  private ListObjectsV2Response page(Optional<String> token) throws IOException {
    ListObjectsV2Request.Builder request =
        ListObjectsV2Request.builder()
            .bucket(bucket.name())
            .prefix(bucket.key(prefix))
            .maxKeys(Math.min(PAGE, limit - found.size()));
    if (!after.isEmpty()) {
      request.startAfter(bucket.key(printable(after)));
    }
    token.ifPresent(request::continuationToken);
    String what = "listing \"" + prefix + '"';
    try {
      return bucket.call(what, 0, () -> bucket.client().listObjectsV2(request.build()));
    } catch (S3Exception e) {
      throw bucket.refused(what, e);
    }
  }

  /** A text of XML characters that sorts before the same names. */
  private static String printable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        return text.substring(0, i) + (c < ' ' ? "" : "~");
      }
    }
    return text;
  }

  /** Adds an object with a legal name, if it sorts after {@code after}. */
  private void add(S3Object object) throws IOException {
    String key = object.key();
    if (!key.startsWith(bucket.key(prefix))) {
      throw failed("it has \"" + key + '"');
    }
    String name = key.substring(bucket.prefix().length());
    if (!ObjectNames.isLegal(name) || name.compareTo(after) <= 0) {
      return;
    }
    if (name.compareTo(last) <= 0) {
      throw failed(name + " comes after " + last);
    }
    last = name;
    found.add(new StoredObject(name, object.size()));
  }

  private StorageUnavailableException failed(String problem) {
    return new StorageUnavailableException(
        "the listing of \"" + prefix + "\" in " + bucket + " is not as S3 specifies: " + problem);
  }
}
