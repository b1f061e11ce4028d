package dev.walden.archive.fs;

import dev.walden.storage.Storage;
import dev.walden.testing.StorageContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract, kept without hard links. */
class LockedRenameTest implements StorageContract {
  @TempDir Path folder;

  @Override
  public Storage openStorage() throws IOException {
    StorageRoot root = StorageRoot.createAt(folder.resolve("archive"));
    return new FileSystemStorage(root, LockedRename.in(root));
  }
}
