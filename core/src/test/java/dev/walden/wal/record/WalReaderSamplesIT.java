package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Reads what a server wrote, damaged in any way. */
class WalReaderSamplesIT {
  @Property(tries = 300)
  void mutatedSegmentsOnlyEndEarlier(@ForAll long seed) throws IOException {
    SampleSegments wal = SampleSegments.take();
    Random random = new Random(seed);
    Lsn from = wal.start().plus(random.nextInt((int) wal.end().minus(wal.start()) - (3 << 20)));
    Lsn place = from.plus(random.nextInt(3 << 20));
    byte[] bytes = wal.bytesAt(place);
    int offset = WalWorkload.SIZE.offset(place);
    // near headers damage means more
    offset = random.nextBoolean() ? offset & -8192 : offset;
    for (int i = 0; i < 1 + random.nextInt(30); i++) {
      bytes[Math.min(bytes.length - 1, offset + random.nextInt(48))] = (byte) random.nextInt();
    }
    if (random.nextInt(4) == 0) {
      wal.cut(wal.segment(place), random.nextInt(bytes.length));
    }
    try {
      WalEnd end =
          SampleSegments.end(
              WalReader.builder(wal, WalWorkload.SIZE).from(from).until(from.plus(4 << 20)));
      // the record in the way of the first one can be the damaged one
      Lsn page = new Lsn(from.value() & -8192);
      assertTrue(!end.lsn().isBefore(page) && !end.lsn().isAfter(wal.end()), end::toString);
    } catch (UnsupportedFormatException e) {
      assertTrue(!e.getMessage().isEmpty());
    }
  }

  /** As the server reads a checkpoint: what precedes it on the page does not matter. */
  @Property(tries = 300)
  void aRecordIsReadWhereItStandsWhateverPrecedesIt(@ForAll long seed) throws IOException {
    SampleSegments wal = SampleSegments.take();
    Random random = new Random(seed);
    SampleSegments.Place place = wal.records().get(random.nextInt(wal.records().size()));
    byte[] bytes = wal.bytesAt(place.start());
    int offset = WalWorkload.SIZE.offset(place.start());
    int page = offset & -8192;
    int header = page == 0 ? 40 : 24;
    for (int i = page + header; i < offset; i++) {
      bytes[i] = (byte) random.nextInt();
    }
    try (WalReader reader = WalReader.builder(wal, WalWorkload.SIZE).at(place.start()).build()) {
      assertTrue(reader.next(), () -> reader.end().toString());
      assertEquals(
          place, new SampleSegments.Place(reader.record().lsn(), reader.record().endLsn()));
    }
    try (WalReader reader =
        WalReader.builder(wal, WalWorkload.SIZE).at(place.start().plus(8)).build()) {
      boolean read = reader.next();
      assertTrue(!read || !reader.record().lsn().equals(place.start()));
    }
  }

  /** Behind a right checksum, as a broken or hostile server could write it. */
  @Property(tries = 2000)
  void recordsOfJunkAreRefusedOrRead(@ForAll long seed, @ForAll PgVersion version) {
    SampleSegments wal = SampleSegments.take();
    Random random = new Random(seed);
    List<SampleSegments.Place> places = wal.records();
    SampleSegments.Place place = places.get(random.nextInt(places.size()));
    byte[] bytes = wal.bytesAt(place.start());
    int offset = WalWorkload.SIZE.offset(place.start());
    int end =
        Math.min(bytes.length, offset + (int) Math.min(900, place.end().minus(place.start())));
    byte[] record = Arrays.copyOfRange(bytes, offset, Math.max(end, offset + 24));
    for (int i = 0; i < random.nextInt(12); i++) {
      record[random.nextInt(record.length)] = (byte) random.nextInt(random.nextBoolean() ? 256 : 4);
    }
    record[17] = (byte) random.nextInt(22);
    WalRecord decoded = new WalRecord();
    // nothing follows in the array: reading beyond the record fails
    decoded.set(record, 0, record.length, version);
    if (decoded.decode()) {
      readAll(decoded);
    } else {
      assertTrue(!decoded.problem().isEmpty());
    }
    try {
      RecordBodies.decode(decoded, new RecordDataReader(Lsn.ZERO, record, 24, record.length));
    } catch (CorruptFileException e) {
      assertTrue(e.getMessage().startsWith("WAL record at 0/0"));
    }
  }

  private static void readAll(WalRecord record) {
    for (int i = 0; i < record.blockCount(); i++) {
      assertTrue(!record.block(i).toString().isEmpty());
    }
    assertTrue(record.mainData().remaining() == record.mainDataLength());
    assertTrue(!record.operationName().isEmpty() && !record.toString().isEmpty());
    assertTrue(record.imageLength() <= record.totalLength());
  }
}
