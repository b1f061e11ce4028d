package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import java.util.Optional;

/** Compares what Walden reads in a record with the description that PostgreSQL prints of it. */
final class PrintedBody {
  private PrintedBody() {}

  static void check(WalRecord record, String description) throws CorruptFileException {
    Optional<RecordBody> body = record.body();
  }
}
