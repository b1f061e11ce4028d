package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.wal.record.StandbyBody.Lock;
import dev.walden.wal.record.StandbyBody.Locks;
import dev.walden.wal.record.StandbyBody.RunningTransactions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the bodies of the resource manager Standby. */
final class StandbyBodyReader {

  private StandbyBodyReader() {}

  /** Reads the body of an operation. */
  static Optional<RecordBody> decode(int operation, RecordDataReader in)
      throws CorruptFileException {
    return switch (operation) {
      case 0x00 -> Optional.of(locks(in));
      case 0x10 -> Optional.of(running(in));
      default -> Optional.empty();
    };
  }

  private static Locks locks(RecordDataReader in) throws CorruptFileException {
    int count = in.count(12);
    List<Lock> locks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      locks.add(new Lock(in.u32(), in.u32(), in.u32()));
    }
    return new Locks(List.copyOf(locks));
  }

  private static RunningTransactions running(RecordDataReader in) throws CorruptFileException {
    int transactions = in.i32();
    int subtransactions = in.i32();
    boolean overflowed = in.flag();
    in.skip(3);
    return new RunningTransactions(
        in.u32(),
        in.u32(),
        in.u32(),
        overflowed,
        in.numbers(transactions),
        in.numbers(subtransactions));
  }
}
