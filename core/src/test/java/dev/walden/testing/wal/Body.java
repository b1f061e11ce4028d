package dev.walden.testing.wal;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/** A growing byte sequence in the layout of a little-endian server. */
final class Body {
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  private ByteBuffer bytes = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);

  private ByteBuffer room(int count) {
    if (bytes.remaining() < count) {
      int used = bytes.position();
      byte[] more = Arrays.copyOf(bytes.array(), Math.addExact(used, Math.max(used, count)));
      bytes = ByteBuffer.wrap(more).order(ByteOrder.LITTLE_ENDIAN).position(used);
    }
    return bytes;
  }

  Body u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  Body flag(boolean value) {
    return u8(value ? 1 : 0);
  }

  Body u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  /** The lower 32 bits. */
  Body u32(long value) {
    room(4).putInt((int) value);
    return this;
  }

  Body i64(long value) {
    room(8).putLong(value);
    return this;
  }

  Body real(double value) {
    room(8).putDouble(value);
    return this;
  }

  Body lsn(Lsn lsn) {
    return i64(lsn.value());
  }

  Body timeline(TimelineId timeline) {
    return u32(timeline.value());
  }

  /** TimestampTz: microseconds since 2000. */
  Body timestamp(Instant time) {
    return i64(ChronoUnit.MICROS.between(EPOCH, time));
  }

  /** pg_time_t: seconds since 1970. */
  Body seconds(Instant time) {
    return i64(time.getEpochSecond());
  }

  Body bytes(byte[] more) {
    room(more.length).put(more);
    return this;
  }

  Body zeros(int count) {
    room(count).put(new byte[count]);
    return this;
  }

  /** Zeros up to an offset from the beginning. */
  Body to(int offset) {
    return zeros(offset - bytes.position());
  }

  /** Zeros up to a multiple of eight bytes. */
  Body align() {
    return zeros(-bytes.position() & 7);
  }

  int length() {
    return bytes.position();
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
