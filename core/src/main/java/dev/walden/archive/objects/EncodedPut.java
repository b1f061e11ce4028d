package dev.walden.archive.objects;

import dev.walden.ArchiveConflictException;
import dev.walden.codec.Codec;
import dev.walden.codec.EncodingOutputStream;
import dev.walden.codec.Provenance;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Stores objects compressed and encrypted, unless their name is taken. Where a storage's commits
 * are conditional the bytes go straight into it; elsewhere they are collected first, because only a
 * put, which needs their number, is conditional there.
 */
public record EncodedPut(Storage storage, Codec codec, Path temporaryDirectory) {

  /**
   * Stores a source's bytes.
   *
   * @param provenance what they are, if it is to be stored with them
   */
  public PutOutcome put(String objectName, ObjectSource source, Optional<Provenance> provenance)
      throws IOException {
    if (storage.guarantees().conditionalCommit()) {
      return write(objectName, source, provenance);
    }
    try (EncodedObject encoded =
        EncodedObject.encode(source, codec, provenance, temporaryDirectory)) {
      return storage.put(objectName, encoded);
    }
  }

  private PutOutcome write(String objectName, ObjectSource source, Optional<Provenance> provenance)
      throws IOException {
    try (ObjectWriter object = storage.create(objectName);
        EncodingOutputStream out = EncodedObject.begin(codec, object, provenance)) {
      source.copyTo(out);
      out.finish();
      return commit(objectName, object);
    }
  }

  private PutOutcome commit(String objectName, ObjectWriter object) throws IOException {
    try {
      object.commit();
      return PutOutcome.CREATED;
    } catch (ArchiveConflictException e) {
      if (storage.find(objectName).isEmpty()) {
        throw e;
      }
      // or it is taken by different objects in different copies
      storage.makeDurable(objectName);
      return PutOutcome.EXISTS;
    }
  }
}
