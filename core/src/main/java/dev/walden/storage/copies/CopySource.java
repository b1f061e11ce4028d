package dev.walden.storage.copies;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;

/** An object of one storage, as the source for another. */
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
