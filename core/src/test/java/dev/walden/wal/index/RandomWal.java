package dev.walden.wal.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Random;

/** Segments of random records, many of them over boundaries. */
final class RandomWal {
  private static final int XLOG = 0;
  private static final int TRANSACTION = 1;
  private static final int STORAGE = 2;
  private static final int DATABASE = 4;
  private static final int LOGICAL_MESSAGE = 21;

  private final WrittenWal wal = new WrittenWal();
  private final Random random;
  private int time = 1;

  private RandomWal(Random random) {
    this.random = random;
  }

  /**
   * Writes up to seven segments.
   *
   * @param longCommits whether commits over a boundary may be longer than what is kept
   */
  static WrittenWal write(Random random, boolean longCommits) {
    RandomWal written = new RandomWal(random);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      for (int j = random.nextInt(4); j > 0; j--) {
        written.some(longCommits);
      }
      written.wal.fillUpTo(random.nextInt(200));
      written.some(longCommits);
      if (random.nextInt(4) == 0) {
        written.wal.fill(random.nextInt(3 << 20));
      }
    }
    written.some(false);
    written.wal.fill(8);
    return written.wal;
  }

  private void some(boolean longCommits) {
    switch (random.nextInt(12)) {
      case 0 -> wal.append(XLOG, 0x70, 0, restorePoint());
      case 1 -> wal.append(TRANSACTION, 0x20, xid(), little(8).putLong(time()).array());
      case 2, 3, 4 -> commit(longCommits ? 3000 : 100);
      case 5 -> wal.append(STORAGE, 0x10, xid(), little(16).putInt(1).putInt(2).array());
      case 6 -> wal.append(DATABASE, 0x20, xid(), little(12).putInt(9).putInt(1).putInt(3).array());
      case 7 -> wal.append(XLOG, 0x50, 0, little(8).putLong(99).array());
      case 8 -> wal.switchSegment();
      case 9 -> checkpoint();
      case 10 -> overwritten();
      default ->
          wal.append(
              LOGICAL_MESSAGE, 0x10, xid(), new byte[random.nextInt(20) * random.nextInt(999)]);
    }
  }

  private long xid() {
    return 100 + random.nextInt(20);
  }

  private long time() {
    time += random.nextInt(2000) - 900;
    return time;
  }

  private byte[] restorePoint() {
    ByteBuffer body = little(72).putLong(time());
    return body.put("point %d".formatted(random.nextInt(9)).getBytes(UTF_8)).array();
  }

  private void commit(int mostSubtransactions) {
    int children = random.nextInt(3) == 0 ? random.nextInt(mostSubtransactions) : 0;
    int files = random.nextInt(3);
    ByteBuffer body = little(8 + 4 + 4 + 4 * children + 4 + 12 * files);
    body.putLong(time()).putInt(0x002 | 0x004).putInt(children);
    for (int i = 0; i < children; i++) {
      body.putInt(110 + i);
    }
    body.putInt(files);
    for (int i = 0; i < 3 * files; i++) {
      body.putInt(1000 + random.nextInt(100));
    }
    wal.append(TRANSACTION, 0x80, xid(), body.array());
  }

  private void overwritten() {
    int pages = random.nextBoolean() ? 1 : 1 + random.nextInt(140);
    wal.overwritten(LOGICAL_MESSAGE, 0x10, new byte[(pages + 1) * 8192], pages);
  }

  private void checkpoint() {
    ByteBuffer body = little(88);
    body.putLong(0, 4711).putInt(8, 1).putInt(12, 1).putInt(20, 1).putLong(24, 1L << 33);
    wal.append(XLOG, 0x10, 0, body.putLong(64, 1_700_000_000L + random.nextInt(1000)).array());
  }

  private static ByteBuffer little(int size) {
    return WrittenWal.little(size);
  }
}
