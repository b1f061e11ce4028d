package dev.walden.cluster;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegmentSize;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.zip.CRC32C;

/** Checks that bytes are a {@code pg_control} with valid fields. */
final class ControlFileCheck {
  static final int STATE = 16;
  static final int TIME = 24;
  static final int TIMELINE = 48;
  static final int PREVIOUS_TIMELINE = 52;
  static final int CHECKPOINT_TIME = 104;
  static final int WAL_LEVEL = 172;
  static final int BLOCK_SIZE = 216;
  static final int SEGMENT_SIZE = 228;

  private static final int CONTROL_VERSION = 8;
  private static final int CATALOG_VERSION = 12;
  private static final int MAX_ALIGN = 204;
  private static final int FLOAT_FORMAT = 208;
  private static final int WAL_BLOCK_SIZE = 224;

  private static final int CATALOG_VERSION_13 = 202007201;
  private static final int CONTROL_VERSION_18 = 1800;
  private static final int CONTROL_VERSION_19 = 1902;

  private final String file;
  private final ByteBuffer bytes;

  ControlFileCheck(String file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  PgVersion version() throws CorruptFileException, UnsupportedFormatException {
    if (bytes.limit() != ControlFile.SIZE) {
      throw new CorruptFileException(file, bytes.limit() + " bytes; expected " + ControlFile.SIZE);
    }
    int controlVersion = bytes.getInt(CONTROL_VERSION);
    checkControlVersion(controlVersion);
    checkCrc(controlVersion == CONTROL_VERSION_18 ? 292 : 288);
    PgVersion version = version(controlVersion, bytes.getInt(CATALOG_VERSION));
    checkFields();
    return version;
  }

  private void checkControlVersion(int found)
      throws CorruptFileException, UnsupportedFormatException {
    if (isControlVersion(found)) {
      return;
    }
    if (isControlVersion(Integer.reverseBytes(found))) {
      throw new UnsupportedFormatException(
          file + " is from a big-endian server; Walden supports only little-endian servers");
    }
    // 8.0 had version 74; later ones are 100 times the major version that changed it
    if (found >= 74 && found < 100_000) {
      String owner = found == CONTROL_VERSION_19 ? " (PostgreSQL 19)" : "";
      throw new UnsupportedFormatException(
          file
              + " has pg_control version "
              + found
              + owner
              + "; Walden supports PostgreSQL 14 to 18");
    }
    throw corrupt(CONTROL_VERSION, "not a pg_control: its version is " + found);
  }

  private static boolean isControlVersion(int found) {
    for (PgVersion version : PgVersion.values()) {
      if (version.controlVersion() == found) {
        return true;
      }
    }
    return false;
  }

  private void checkCrc(int offset) throws CorruptFileException {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, offset));
    int stored = bytes.getInt(offset);
    if ((int) crc.getValue() != stored) {
      throw corrupt(
          offset,
          "CRC is "
              + Integer.toHexString(stored)
              + ", expected "
              + Long.toHexString(crc.getValue())
              + "; torn or damaged");
    }
  }

  private PgVersion version(int controlVersion, int catalogVersion)
      throws UnsupportedFormatException {
    for (PgVersion version : PgVersion.values()) {
      if (version.controlVersion() == controlVersion
          && version.catalogVersion() == catalogVersion) {
        return version;
      }
    }
    String owner = catalogVersion == CATALOG_VERSION_13 ? " (PostgreSQL 13)" : "";
    throw new UnsupportedFormatException(
        file
            + " has catalog version "
            + catalogVersion
            + owner
            + ", which no release of PostgreSQL 14 to 18 has");
  }

  private void checkFields() throws CorruptFileException, UnsupportedFormatException {
    below(STATE, ControlFile.State.values().length, "state");
    below(WAL_LEVEL, ControlFile.WalLevel.values().length, "wal_level");
    time(TIME);
    time(CHECKPOINT_TIME);
    require(bytes.getInt(TIMELINE) != 0, TIMELINE, "checkpoint on timeline 0");
    require(bytes.getInt(PREVIOUS_TIMELINE) != 0, PREVIOUS_TIMELINE, "checkpoint from timeline 0");
    require(bytes.getInt(MAX_ALIGN) == 8, MAX_ALIGN, "not from a 64-bit server");
    require(bytes.getDouble(FLOAT_FORMAT) == 1234567.0, FLOAT_FORMAT, "unknown float format");
    int segmentSize = bytes.getInt(SEGMENT_SIZE);
    require(
        WalSegmentSize.isValid(segmentSize),
        SEGMENT_SIZE,
        "invalid WAL segment size " + segmentSize);
    int blockSize = bytes.getInt(BLOCK_SIZE);
    boolean block = Integer.bitCount(blockSize) == 1 && blockSize >= 1024 && blockSize <= 32768;
    require(block, BLOCK_SIZE, "invalid block size " + blockSize);
    int walBlockSize = bytes.getInt(WAL_BLOCK_SIZE);
    if (walBlockSize != WalPageHeader.PAGE_SIZE) {
      throw new UnsupportedFormatException(
          file
              + " has WAL pages of "
              + walBlockSize
              + " bytes; Walden supports only "
              + WalPageHeader.PAGE_SIZE);
    }
  }

  private void below(int offset, int limit, String what) throws CorruptFileException {
    int found = bytes.getInt(offset);
    require(found >= 0 && found < limit, offset, "unknown " + what + " " + found);
  }

  private void time(int offset) throws CorruptFileException {
    long seconds = bytes.getLong(offset);
    boolean possible =
        seconds >= Instant.MIN.getEpochSecond() && seconds <= Instant.MAX.getEpochSecond();
    require(possible, offset, "invalid time: " + seconds + " seconds");
  }

  private void require(boolean holds, int offset, String problem) throws CorruptFileException {
    if (!holds) {
      throw corrupt(offset, problem);
    }
  }

  private CorruptFileException corrupt(int offset, String problem) {
    return new CorruptFileException(file, offset, problem);
  }
}
