package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import java.util.Optional;

/** Chooses how the body of a record is read. */
final class RecordBodies {
  private RecordBodies() {}

  static Optional<RecordBody> decode(WalRecord record, RecordDataReader in)
      throws CorruptFileException {
    int operation = record.operation();
    return switch (record.resourceManager()) {
      case XLOG -> XlogBodyReader.decode(record, in);
      case TRANSACTION -> transaction(record, in);
      case STORAGE -> FileBodyReader.storage(operation, in);
      case DATABASE -> FileBodyReader.database(record, in);
      case TABLESPACE -> FileBodyReader.tablespace(operation, in);
      case REL_MAP -> FileBodyReader.relMap(operation, in);
      case STANDBY -> StandbyBodyReader.decode(operation, in);
      case HEAP -> FileBodyReader.heap(operation, in);
      case LOGICAL_MESSAGE -> operation == 0 ? Optional.of(message(in)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<RecordBody> transaction(WalRecord record, RecordDataReader in)
      throws CorruptFileException {
    return switch (record.operation() & 0x70) {
      case 0x00 ->
          Optional.of(TransactionBodyReader.end(record, TransactionBody.Outcome.COMMIT, in));
      case 0x10 -> Optional.of(TransactionBodyReader.prepare(record.version(), in));
      case 0x20 ->
          Optional.of(TransactionBodyReader.end(record, TransactionBody.Outcome.ABORT, in));
      case 0x30 ->
          Optional.of(
              TransactionBodyReader.end(record, TransactionBody.Outcome.COMMIT_PREPARED, in));
      case 0x40 ->
          Optional.of(
              TransactionBodyReader.end(record, TransactionBody.Outcome.ABORT_PREPARED, in));
      case 0x50 -> Optional.of(TransactionBodyReader.assignment(in));
      default -> Optional.empty();
    };
  }

  /** Reads a message. */
  private static LogicalMessage message(RecordDataReader in) throws CorruptFileException {
    long database = in.u32();
    boolean transactional = in.flag();
    in.skip(3);
    long prefix = in.i64();
    long length = in.i64();
    String text = in.text(prefix);
    in.skip(length);
    return new LogicalMessage(database, transactional, text, (int) length);
  }
}
