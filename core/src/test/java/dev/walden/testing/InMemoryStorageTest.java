package dev.walden.testing;

import dev.walden.storage.Storage;

class InMemoryStorageTest implements StorageContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  public Storage openStorage() {
    return storage;
  }
}
