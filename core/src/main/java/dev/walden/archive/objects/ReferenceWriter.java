package dev.walden.archive.objects;

import dev.walden.ArchiveConflictException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.util.function.LongFunction;

/**
 * Stores what was written by a source of the same bytes, of which a storage may keep a reference.
 */
public final class ReferenceWriter extends ObjectWriter {
  private final Storage storage;
  private final String name;
  private final LongFunction<ObjectSource> source;
  private long length;

  public ReferenceWriter(Storage storage, String name, LongFunction<ObjectSource> source) {
    this.storage = storage;
    this.name = name;
    this.source = source;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    length += count;
  }

  @Override
  public void commit() throws IOException {
    if (storage.put(name, source.apply(length)) == Storage.PutOutcome.EXISTS) {
      throw new ArchiveConflictException(name + " exists in " + storage);
    }
  }

  @Override
  public void close() {}
}
