package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.cluster.PgVersion;
import java.util.Optional;

/** Reads the bodies of the resource managers for files, databases and tablespaces. */
final class FileBodyReader {

  private FileBodyReader() {}

  /** Reads a storage operation. */
  static Optional<RecordBody> storage(int operation, RecordDataReader in)
      throws CorruptFileException {
    if (operation == 0x10) {
      return Optional.of(new FileBody.Create(in.locator(), in.i32()));
    }
    if (operation == 0x20) {
      long blocks = in.u32();
      return Optional.of(new FileBody.Truncate(in.locator(), blocks, in.i32()));
    }
    return Optional.empty();
  }

  /** Reads a database operation, whose numbers changed in 15. */
  static Optional<RecordBody> database(WalRecord record, RecordDataReader in)
      throws CorruptFileException {
    int drop = record.version() == PgVersion.PG_14 ? 0x10 : 0x20;
    if (record.operation() == drop) {
      return Optional.of(new FileBody.DropDatabase(in.u32(), in.numbers(in.i32())));
    }
    return switch (record.operation()) {
      case 0x00 -> Optional.of(new FileBody.CreateDatabase(in.u32(), in.u32(), in.u32(), in.u32()));
      case 0x10 -> Optional.of(new FileBody.CreateDatabase(in.u32(), in.u32(), 0, 0));
      default -> Optional.empty();
    };
  }

  /** Reads a tablespace operation. */
  static Optional<RecordBody> tablespace(int operation, RecordDataReader in)
      throws CorruptFileException {
    return switch (operation) {
      case 0x00 -> Optional.of(new FileBody.CreateTablespace(in.u32(), in.text()));
      case 0x10 -> Optional.of(new FileBody.DropTablespace(in.u32()));
      default -> Optional.empty();
    };
  }

  /** Reads an update of the relation map. */
  static Optional<RecordBody> relMap(int operation, RecordDataReader in)
      throws CorruptFileException {
    return operation == 0
        ? Optional.of(new FileBody.UpdateRelMap(in.u32(), in.u32(), in.count(1)))
        : Optional.empty();
  }

  /** Reads a heap operation. */
  static Optional<RecordBody> heap(int operation, RecordDataReader in) throws CorruptFileException {
    if ((operation & 0x70) != 0x30) {
      return Optional.empty();
    }
    long database = in.u32();
    int relations = in.i32();
    int flags = in.i32() & 0xFF;
    return Optional.of(new FileBody.TruncateTables(database, flags, in.numbers(relations)));
  }
}
