package dev.walden.testing;

import dev.walden.storage.ObjectWriter;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** A writer of a {@link FaultyStorage}. */
final class FaultyWriter extends ObjectWriter {
  private final FaultyStorage storage;
  private final String name;
  private final ObjectWriter writer;

  FaultyWriter(FaultyStorage storage, String name, ObjectWriter writer) {
    this.storage = storage;
    this.name = name;
    this.writer = writer;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Optional<Fault> fault = begin(Operation.WRITE);
    if (fault.filter(Fault::isDamage).isPresent()) {
      byte[] part = Arrays.copyOfRange(bytes, offset, offset + length);
      writer.write(storage.damaged(part, fault.get()));
    } else {
      writer.write(bytes, offset, length);
    }
    end(Operation.WRITE, fault);
  }

  @Override
  public void force() throws IOException {
    writer.force();
  }

  @Override
  public void commit() throws IOException {
    Optional<Fault> fault = begin(Operation.COMMIT);
    writer.commit();
    end(Operation.COMMIT, fault);
  }

  private Optional<Fault> begin(Operation operation) throws IOException {
    Optional<Fault> fault = storage.next(operation, name);
    if (fault.equals(Optional.of(Fault.BEFORE_EFFECT))) {
      throw storage.unavailable(operation, name);
    }
    return fault;
  }

  private void end(Operation operation, Optional<Fault> fault) throws IOException {
    if (fault.equals(Optional.of(Fault.AFTER_EFFECT))) {
      throw storage.unavailable(operation, name);
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
