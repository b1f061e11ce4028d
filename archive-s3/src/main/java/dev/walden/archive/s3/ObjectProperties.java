package dev.walden.archive.s3;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.StorageClass;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/** The properties of every new object. */
record ObjectProperties(
    Optional<StorageClass> storageClass,
    Optional<ServerSideEncryption> encryption,
    Optional<String> keyId,
    Optional<ObjectLockMode> lock,
    Duration lockedFor,
    Map<String, String> tags) {

  static ObjectProperties none() {
    return new ObjectProperties(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Duration.ZERO,
        Map.of());
  }

  PutObjectRequest.Builder applyTo(PutObjectRequest.Builder request) {
    storageClass.ifPresent(request::storageClass);
    encryption.ifPresent(request::serverSideEncryption);
    keyId.ifPresent(request::ssekmsKeyId);
    lock.ifPresent(
        mode ->
            request.objectLockMode(mode).objectLockRetainUntilDate(Instant.now().plus(lockedFor)));
    return tags.isEmpty() ? request : request.tagging(tagging());
  }

  CreateMultipartUploadRequest.Builder applyTo(CreateMultipartUploadRequest.Builder request) {
    storageClass.ifPresent(request::storageClass);
    encryption.ifPresent(request::serverSideEncryption);
    keyId.ifPresent(request::ssekmsKeyId);
    lock.ifPresent(
        mode ->
            request.objectLockMode(mode).objectLockRetainUntilDate(Instant.now().plus(lockedFor)));
    return tags.isEmpty() ? request : request.tagging(tagging());
  }

  private Tagging tagging() {
    return Tagging.builder()
        .tagSet(
            tags.entrySet().stream()
                .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .collect(Collectors.toList()))
        .build();
  }
}
