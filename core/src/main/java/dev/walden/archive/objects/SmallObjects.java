package dev.walden.archive.objects;

import dev.walden.CorruptFileException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.reading.CopyReading;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Plain objects that fit in memory, each with its digest beside it. */
public final class SmallObjects {
  private SmallObjects() {}

  /** Creates an object; where it exists with the same content, completes its digest. */
  public static Storage.PutOutcome put(Storage storage, String name, byte[] content)
      throws IOException {
    Storage.PutOutcome outcome = storage.put(name, ObjectSource.of(content));
    byte[] stored = content;
    if (outcome == Storage.PutOutcome.EXISTS) {
      try (InputStream in = storage.open(name)) {
        stored = in.readNBytes(content.length + 1);
      }
    }
    if (Arrays.equals(stored, content)) {
      Sha256Companion.putCompanion(storage, name, Sha256Companion.sha256(ObjectSource.of(content)));
    }
    return outcome;
  }

  /**
   * Reads an object.
   *
   * @throws dev.walden.NotArchivedException if there is none
   */
  public static byte[] read(Storage storage, String name, int maxLength) throws IOException {
    return CopyReading.read(name, storage.copies(name), copy -> readCopy(copy, name, maxLength));
  }

  private static byte[] readCopy(Storage storage, String name, int maxLength) throws IOException {
    byte[] content;
    try (InputStream in = storage.open(name)) {
      content = in.readNBytes(maxLength + 1);
    }
    if (content.length > maxLength) {
      throw new CorruptFileException(name, "is longer than " + maxLength + " bytes");
    }
    if (!Arrays.equals(
        Sha256Companion.companion(storage, name),
        Sha256Companion.sha256(ObjectSource.of(content)))) {
      throw new CorruptFileException(name, "its SHA-256 is not the one beside it");
    }
    return content;
  }
}
