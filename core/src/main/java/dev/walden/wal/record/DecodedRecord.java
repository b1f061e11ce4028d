package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of a record are. Reused for each record, so that reading allocates nothing.
 *
 * <p>Source: {@code DecodeXLogRecord} in {@code src/backend/access/transam/xlogreader.c}.
 */
final class DecodedRecord {
  static final int HEADER = 24;

  private static final int MAX_BLOCKS = 33;
  private static final int TOP_XID = 252;
  private static final int ORIGIN = 253;
  private static final int DATA_LONG = 254;
  private static final int DATA_SHORT = 255;
  private static final int HAS_IMAGE = 0x10;
  private static final int HAS_DATA = 0x20;
  private static final int SAME_REL = 0x80;
  private static final int LOCATOR = 12;

  private final int[] id = new int[MAX_BLOCKS];
  private final int[] flags = new int[MAX_BLOCKS];
  private final int[] dataLength = new int[MAX_BLOCKS];
  private final int[] imageLength = new int[MAX_BLOCKS];
  private final int[] imageInfo = new int[MAX_BLOCKS];
  private final int[] locatorAt = new int[MAX_BLOCKS];
  private final int[] numberAt = new int[MAX_BLOCKS];

  @SuppressWarnings("NullAway.Init") // parse comes first
  private byte[] bytes;

  private int at;
  private int end;

  @SuppressWarnings("NullAway.Init") // parse comes first
  private PgVersion version;

  private int blocks;
  private int origin;
  private long topXid;
  private int mainLength;
  private long imageTotal;
  private long declared;
  private @Nullable String problem;

  /** Whether the record's parts fit its length; if not, {@link #problem} says why. */
  boolean parse(byte[] record, int start, int length, PgVersion writtenBy) {
    bytes = record;
    at = start + HEADER;
    end = start + length;
    version = writtenBy;
    blocks = 0;
    origin = -1;
    topXid = -1;
    mainLength = 0;
    imageTotal = 0;
    declared = 0;
    problem = null;
    boolean more = true;
    while (more && end - at > declared) {
      more = part();
    }
    if (problem == null && end - at != declared) {
      problem = "parts of " + declared + " bytes, but " + (end - at) + " remain";
    }
    return problem == null;
  }

  @SuppressWarnings("NullAway") // called only after a refusal
  String problem() {
    return problem;
  }

  /** Reads the header of one part; false after the last, or on an invalid one. */
  private boolean part() {
    int kind = LittleEndian.u8(bytes, at++);
    if (kind < MAX_BLOCKS) {
      return block(kind);
    }
    return switch (kind) {
      case DATA_SHORT -> {
        mainLength = has(1) ? LittleEndian.u8(bytes, at) : 0;
        yield skip(1) && main();
      }
      case DATA_LONG -> {
        mainLength = has(4) ? LittleEndian.i32(bytes, at) : 0;
        yield skip(4) && main();
      }
      case ORIGIN -> {
        origin = has(2) ? LittleEndian.u16(bytes, at) : 0;
        yield skip(2);
      }
      case TOP_XID -> {
        topXid = has(4) ? LittleEndian.u32(bytes, at) : 0;
        yield skip(4);
      }
      default -> wrong("an invalid block id " + kind);
    };
  }

  /** Reads main data, the last part. */
  private boolean main() {
    declared += Integer.toUnsignedLong(mainLength);
    return false;
  }

  private boolean block(int number) {
    int b = blocks;
    if (b > 0 && number <= id[b - 1]) {
      return wrong("block " + number + " after block " + id[b - 1]);
    }
    if (!has(3)) {
      return skip(3);
    }
    id[b] = number;
    flags[b] = LittleEndian.u8(bytes, at);
    dataLength[b] = LittleEndian.u16(bytes, at + 1);
    at += 3;
    if ((flags[b] & HAS_DATA) != 0 != dataLength[b] > 0) {
      return wrong("block " + number + " with flags that contradict its data");
    }
    imageLength[b] = 0;
    if ((flags[b] & HAS_IMAGE) != 0 && !image(b)) {
      return false;
    }
    if ((flags[b] & SAME_REL) == 0) {
      locatorAt[b] = at;
      if (!skip(LOCATOR)) {
        return false;
      }
    } else if (b == 0) {
      return wrong("block " + number + " of the same relation as no block before");
    } else {
      locatorAt[b] = locatorAt[b - 1];
    }
    numberAt[b] = at;
    declared += dataLength[b] + imageLength[b];
    imageTotal += imageLength[b];
    blocks++;
    return skip(4);
  }

  private boolean image(int b) {
    if (!has(5)) {
      return skip(5);
    }
    imageLength[b] = LittleEndian.u16(bytes, at);
    imageInfo[b] = LittleEndian.u8(bytes, at + 4);
    int holeOffset = LittleEndian.u16(bytes, at + 2);
    at += 5;
    boolean hole = (imageInfo[b] & 0x01) != 0;
    if (hole != holeOffset > 0) {
      return wrong("an image with flags that contradict its hole");
    }
    return !hole || !compressed(b) || skip(2);
  }

  private boolean compressed(int b) {
    return compression(b) != BlockReference.Compression.NONE;
  }

  // 14 has one compression bit before the apply bit, 15 has three after it
  private BlockReference.Compression compression(int b) {
    int info = imageInfo[b];
    boolean old = version == PgVersion.PG_14;
    if ((info & (old ? 0x02 : 0x04)) != 0) {
      return BlockReference.Compression.PGLZ;
    }
    if (!old && (info & 0x08) != 0) {
      return BlockReference.Compression.LZ4;
    }
    return !old && (info & 0x10) != 0
        ? BlockReference.Compression.ZSTD
        : BlockReference.Compression.NONE;
  }

  private boolean has(int count) {
    return end - at >= count;
  }

  private boolean skip(int count) {
    if (!has(count)) {
      return wrong("parts that end beyond it");
    }
    at += count;
    return true;
  }

  private boolean wrong(String what) {
    problem = what;
    return false;
  }

  int blocks() {
    return blocks;
  }

  BlockReference block(int index, byte[] record) {
    if (index < 0 || index >= blocks) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "no block reference %d of %d", index, blocks));
    }
    boolean hasImage = (flags[index] & HAS_IMAGE) != 0;
    boolean apply = (imageInfo[index] & (version == PgVersion.PG_14 ? 0x04 : 0x02)) != 0;
    return new BlockReference(
        id[index],
        new RelFileLocator(
            LittleEndian.u32(record, locatorAt[index]),
            LittleEndian.u32(record, locatorAt[index] + 4),
            LittleEndian.u32(record, locatorAt[index] + 8)),
        flags[index] & 0x0F,
        LittleEndian.u32(record, numberAt[index]),
        hasImage
            ? new BlockReference.Image(imageLength[index], compression(index), apply)
            : BlockReference.Image.NONE,
        (flags[index] & 0x40) != 0,
        dataLength[index]);
  }

  int origin() {
    return origin;
  }

  long topXid() {
    return topXid;
  }

  /** Where main data begins in the record's array; it extends to the record's end. */
  int mainAt() {
    return end - mainLength;
  }

  int mainLength() {
    return mainLength;
  }

  long imageTotal() {
    return imageTotal;
  }
}
