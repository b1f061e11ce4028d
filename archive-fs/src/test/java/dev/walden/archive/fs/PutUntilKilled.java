package dev.walden.archive.fs;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import java.nio.file.Path;
import java.util.Random;

/** A process that puts objects of its own content under names that others use as well. */
final class PutUntilKilled {
  private static final int MOST_BYTES = 400_000;
  private static final int NAMES = 100_000;

  private PutUntilKilled() {}

  static String name(int number) {
    return String.format("wal/%03d/%05d", number / 16, number);
  }

  static byte[] content(int writer, int number) {
    Random random = new Random(31L * number + writer);
    byte[] content = new byte[random.nextInt(MOST_BYTES)];
    random.nextBytes(content);
    return content;
  }

  /**
   * Prints the number of every object that it created, as soon as it knows.
   *
   * @param args the folder; whether to rename instead of linking; the number of this writer
   */
  public static void main(String[] args) throws Exception {
    StorageRoot root = StorageRoot.at(Path.of(args[0]));
    LockedRename rename = LockedRename.in(root);
    boolean renames = Boolean.parseBoolean(args[1]);
    int writer = Integer.parseInt(args[2]);
    try (Storage storage = new FileSystemStorage(root, renames ? rename : new HardLink(rename))) {
      for (int number = 0; number < NAMES; number++) {
        ObjectSource source = ObjectSource.of(content(writer, number));
        if (storage.put(name(number), source) == PutOutcome.CREATED) {
          System.out.println(number);
        }
      }
    }
  }
}
