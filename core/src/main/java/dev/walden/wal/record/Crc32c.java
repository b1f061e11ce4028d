package dev.walden.wal.record;

/** Arithmetic of CRC-32C: computes the checksum of joined bytes from those of the parts. */
final class Crc32c {
  // the coefficient of x^0 is the highest bit
  private static final int POLYNOMIAL = 0x82F63B78;
  private static final int ONE = 1 << 31;
  private static final int BYTE = 1 << 23;

  private Crc32c() {}

  /** The joined checksum; {@code second} covers {@code length} bytes. */
  static int join(int first, int second, long length) {
    return times(first, power(length)) ^ second;
  }

  /** The checksum of the last {@code length} bytes, given the checksum {@code all} of the whole. */
  static int last(int first, int all, long length) {
    return times(first, power(length)) ^ all;
  }

  /** {@code x^8} to the power of a number of bytes. */
  private static int power(long bytes) {
    int result = ONE;
    int square = BYTE;
    for (long left = bytes; left != 0; left >>>= 1) {
      if ((left & 1) != 0) {
        result = times(result, square);
      }
      square = times(square, square);
    }
    return result;
  }

  private static int times(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = 31; bit >= 0; bit--) {
      product ^= (a >>> bit & 1) != 0 ? shifted : 0;
      shifted = shifted >>> 1 ^ ((shifted & 1) != 0 ? POLYNOMIAL : 0);
    }
    return product;
  }
}
