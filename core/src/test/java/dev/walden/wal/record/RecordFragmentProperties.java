package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RecordFragmentProperties {

  @Property(tries = 300)
  void joinedFragmentsAreThatOfAllBytes(
      @ForAll @IntRange(min = 24, max = 20_000) int length, @ForAll long seed) {
    Random random = new Random(seed);
    byte[] record = record(length, random);
    int first = random.nextInt(length + 1);
    int second = first + random.nextInt(length + 1 - first);
    RecordFragment a = fragment(record, 0, first);
    RecordFragment b = fragment(record, first, second);
    RecordFragment c = fragment(record, second, length);
    RecordFragment whole = a.followedBy(b).followedBy(c);
    assertEquals(fragment(record, 0, length), whole);
    assertEquals(whole, a.followedBy(b.followedBy(c)));
    assertTrue(whole.isValidRecord());
    record[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
    assertFalse(fragment(record, 0, length).isValidRecord());
  }

  private static byte[] record(int length, Random random) {
    byte[] record = new byte[length];
    random.nextBytes(record);
    CRC32C crc = new CRC32C();
    crc.update(record, 24, length - 24);
    crc.update(record, 0, 20);
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(20, (int) crc.getValue());
    return record;
  }

  private static RecordFragment fragment(byte[] record, int from, int to) {
    int length = to - from;
    int kept = length <= RecordFragment.MAX_KEPT ? length : 24;
    return new RecordFragment(
        length,
        RecordFragment.checksum(record, from, length),
        Arrays.copyOfRange(record, from, from + kept));
  }
}
