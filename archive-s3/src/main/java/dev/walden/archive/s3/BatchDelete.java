package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Deletes many objects with {@code DeleteObjects}, which reports the outcome of each. */
record BatchDelete(S3Storage storage, Bucket bucket) {
  /** The maximum of one request in S3. */
  private static final int AT_ONCE = 1000;

  Map<String, IOException> run(Collection<String> names) {
    Map<String, IOException> failed = new LinkedHashMap<>();
    List<String> all = List.copyOf(names);
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      failed.putAll(delete(all.subList(from, Math.min(all.size(), from + AT_ONCE))));
    }
    return failed;
  }

  private Map<String, IOException> delete(List<String> names) {
    String what = "deleting " + names.size() + " objects, the first " + names.get(0);
    DeleteObjectsRequest request = request(names);
    try {
      return failed(
          bucket.call(what, 0, () -> bucket.client().deleteObjects(request)).errors(), names);
    } catch (S3Exception e) {
      // 501, or 400 if another checksum is required: single deletes may still work
      return e.statusCode() == 501 || e.statusCode() == 400
          ? oneByOne(names)
          : all(names, bucket.refused(what, e));
    } catch (IOException e) {
      return all(names, e);
    }
  }

  /** Some servers require an MD5, which newer versions of the SDK do not send by default. */
  private DeleteObjectsRequest request(List<String> names) {
    List<ObjectIdentifier> keys =
        names.stream()
            .map(name -> ObjectIdentifier.builder().key(bucket.key(name)).build())
            .toList();
    return DeleteObjectsRequest.builder()
        .bucket(bucket.name())
        .delete(delete -> delete.objects(keys).quiet(true))
        .overrideConfiguration(settings -> settings.addPlugin(LegacyMd5Plugin.create()))
        .build();
  }

  private Map<String, IOException> failed(List<S3Error> errors, List<String> names) {
    Map<String, S3Error> byKey = new LinkedHashMap<>();
    errors.forEach(error -> byKey.put(error.key(), error));
    Map<String, IOException> failed = new LinkedHashMap<>();
    for (String name : names) {
      S3Error error = byKey.remove(bucket.key(name));
      if (error != null && !"NoSuchKey".equals(error.code())) {
        failed.put(name, refused(name, error));
      }
    }
    // an error for an unknown key may concern any of these
    return byKey.isEmpty()
        ? failed
        : all(names, refused("some of " + names.size(), byKey.values().iterator().next()));
  }

  private IOException refused(String what, S3Error error) {
    return new StorageUnavailableException(
        "deleting " + what + " in " + bucket + ": " + error.code() + ": " + error.message());
  }

  private Map<String, IOException> oneByOne(List<String> names) {
    Map<String, IOException> failed = new LinkedHashMap<>();
    for (String name : names) {
      try {
        storage.delete(name);
      } catch (IOException e) {
        failed.put(name, e);
      }
    }
    return failed;
  }

  private static Map<String, IOException> all(List<String> names, IOException reason) {
    Map<String, IOException> failed = new LinkedHashMap<>();
    names.forEach(name -> failed.put(name, reason));
    return failed;
  }
}
