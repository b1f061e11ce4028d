package dev.walden.archive.fs;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import java.nio.file.Path;

/** A process that puts one object, and says so. */
final class PutOnce {
  private PutOnce() {}

  /**
   * Prints the outcome.
   *
   * @param args the folder; whether to rename instead of linking; the object's name
   */
  public static void main(String[] args) throws Exception {
    StorageRoot root = StorageRoot.at(Path.of(args[0]));
    LockedRename rename = LockedRename.in(root);
    Publication publication = Boolean.parseBoolean(args[1]) ? rename : new HardLink(rename);
    try (Storage storage = new FileSystemStorage(root, publication)) {
      System.out.println(storage.put(args[2], ObjectSource.of(new byte[1000])));
    }
  }
}
