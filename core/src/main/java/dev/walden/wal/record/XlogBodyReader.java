package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Instant;
import java.util.Optional;

/** Reads the bodies of the resource manager XLOG. */
final class XlogBodyReader {
  static final int SWITCH = 0x40;
  static final int OVERWRITE_CONTRECORD = 0xD0;

  private XlogBodyReader() {}

  /** Reads the body of an operation. */
  static Optional<RecordBody> decode(WalRecord record, RecordDataReader in)
      throws CorruptFileException {
    return Optional.ofNullable(
        switch (record.operation()) {
          case 0x00 -> checkpoint(true, record.version(), in);
          case 0x10 -> checkpoint(false, record.version(), in);
          case 0x30 -> new XlogBody.NextOid(in.u32());
          case SWITCH -> new XlogBody.Switch();
          case 0x50 -> new XlogBody.BackupEnd(in.lsn());
          case 0x60 -> parameterChange(in);
          case 0x70 -> new XlogBody.RestorePoint(in.timestamp(), in.text(64));
          case 0x80 -> new XlogBody.FullPageWrites(in.flag());
          case 0x90 -> endOfRecovery(record.version(), in);
          case OVERWRITE_CONTRECORD -> new XlogBody.OverwriteContrecord(in.lsn(), in.timestamp());
          case 0xE0 ->
              saysWalLevel(record.version()) ? new XlogBody.CheckpointRedo(walLevel(in)) : null;
          default -> null;
        });
  }

  private static boolean saysWalLevel(PgVersion version) {
    return version.compareTo(PgVersion.PG_17) >= 0;
  }

  private static XlogBody.Checkpoint checkpoint(
      boolean shutdown, PgVersion version, RecordDataReader in) throws CorruptFileException {
    Lsn redo = in.lsn();
    TimelineId timeline = in.timeline();
    TimelineId previous = in.timeline();
    boolean fullPageWrites = in.flag();
    in.skip(3);
    Optional<WalLevel> level = Optional.empty();
    if (saysWalLevel(version)) {
      level = Optional.of(walLevel(in));
    } else {
      in.skip(4);
    }
    long nextXid = in.i64();
    long nextOid = in.u32();
    in.skip(8);
    long oldestXid = in.u32();
    in.skip(16);
    Instant time = in.seconds();
    in.skip(8);
    return new XlogBody.Checkpoint(
        shutdown,
        redo,
        timeline,
        previous,
        fullPageWrites,
        level,
        nextXid,
        nextOid,
        oldestXid,
        in.u32(),
        time);
  }

  private static XlogBody.ParameterChange parameterChange(RecordDataReader in)
      throws CorruptFileException {
    return new XlogBody.ParameterChange(
        in.i32(), in.i32(), in.i32(), in.i32(), in.i32(), walLevel(in), in.flag(), in.flag());
  }

  private static XlogBody.EndOfRecovery endOfRecovery(PgVersion version, RecordDataReader in)
      throws CorruptFileException {
    return new XlogBody.EndOfRecovery(
        in.timestamp(),
        in.timeline(),
        in.timeline(),
        saysWalLevel(version) ? Optional.of(walLevel(in)) : Optional.empty());
  }

  private static WalLevel walLevel(RecordDataReader in) throws CorruptFileException {
    int level = in.i32();
    if (level < 0 || level >= WalLevel.values().length) {
      throw in.wrong("no wal_level has the number " + level);
    }
    return WalLevel.values()[level];
  }
}
