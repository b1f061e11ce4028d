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
  public static Storage.PutOutcome put(PlainObjects plain, String name, byte[] content)
      throws IOException {
    ObjectSource source = ObjectSource.of(content);
    Storage.PutOutcome outcome = plain.put(name, source);
    if (outcome == Storage.PutOutcome.EXISTS) {
      byte[] stored;
      try (InputStream in = plain.storage().open(name)) {
        stored = in.readNBytes(content.length + 1);
      }
      if (Arrays.equals(stored, content)) {
        plain.complete(name, source);
      }
    }
    return outcome;
  }

  /**
   * Reads an object.
   *
   * @throws dev.walden.NotArchivedException if there is none
   */
  public static byte[] read(PlainObjects plain, String name, int maxLength) throws IOException {
    return CopyReading.read(
        name, plain.storage(), copy -> readCopy(plain.in(copy), name, maxLength));
  }

  private static byte[] readCopy(PlainObjects plain, String name, int maxLength)
      throws IOException {
    try (InputStream in = plain.open(name)) {
      byte[] content = in.readNBytes(maxLength + 1);
      if (content.length > maxLength) {
        throw new CorruptFileException(name, "is longer than " + maxLength + " bytes");
      }
      return content;
    }
  }
}
