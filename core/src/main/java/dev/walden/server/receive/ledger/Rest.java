package dev.walden.server.receive.ledger;

import java.util.Arrays;
import java.util.Optional;

/**
 * The last bytes of an abandoned segment, which must still be stored: nobody sends them again.
 *
 * @param from the offset of the first of them in the segment
 */
public record Rest(int from, byte[] bytes) {

  /** A part of them; empty if it begins before them. */
  Optional<byte[]> copy(int begin, int end) {
    return begin < from
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(bytes, begin - from, end - from));
  }

  boolean isEmpty() {
    return bytes.length == 0;
  }

  /** The offset after the last of them. */
  int to() {
    return from + bytes.length;
  }
}
