package dev.walden.testing;

import dev.walden.storage.Storage;

/**
 * The contract of {@link Storage} as tests: a test class of a storage implements this interface and
 * inherits them. They cannot check one promise: that an object survives a crash of the machine.
 *
 * <pre>{@code
 * class MyStorageTest implements StorageContract {
 *   private final Place place = Place.empty();
 *
 *   public Storage openStorage() {
 *     return new MyStorage(place);
 *   }
 * }
 * }</pre>
 */
public interface StorageContract
    extends StorageNamesContract,
        StoragePutContract,
        StorageWriterContract,
        StorageReadContract,
        StorageListContract {

  /**
   * A new instance, which the test closes. All instances of one test share one place, which is
   * empty when the test begins.
   */
  @Override
  Storage openStorage() throws Exception;
}
