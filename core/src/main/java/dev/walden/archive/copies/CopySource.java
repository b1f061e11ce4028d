package dev.walden.archive.copies;

import dev.walden.archive.storage.ObjectSource;
import dev.walden.archive.storage.Storage;
import dev.walden.archive.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;

/** An object of one storage, to be put into another. */
record CopySource(Storage from, StoredObject object) implements ObjectSource {
  @Override
  public long length() {
    return object.length();
  }

  @Override
  public InputStream open() throws IOException {
    return from.open(object.name());
  }
}
