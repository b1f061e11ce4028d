package dev.walden.testing.wal;

import dev.walden.storage.ObjectSource;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The current content of a segment. Zeros take no memory. */
final class GeneratedSegment implements ObjectSource {
  private static final int PAGE = WalPageHeader.PAGE_SIZE;

  private final WalSegment segment;
  private final List<byte[]> pages = new ArrayList<>();

  GeneratedSegment(WalSegment segment) {
    this.segment = segment;
  }

  /** The same bytes up to {@code offset}, as another segment. */
  GeneratedSegment beginning(WalSegment other, int offset) {
    GeneratedSegment copy = new GeneratedSegment(other);
    for (int at = 0; at < offset; at += PAGE) {
      byte[] page = pages.get(at / PAGE);
      copy.put(at, page, 0, Math.min(page.length, offset - at));
    }
    return copy;
  }

  WalSegment segment() {
    return segment;
  }

  /** Writes within one page; never to one before the last. */
  void put(int offset, byte[] bytes, int from, int count) {
    int index = offset / PAGE;
    while (pages.size() <= index) {
      trimLast();
      pages.add(new byte[PAGE]);
    }
    byte[] page = pages.get(index);
    if (page.length < PAGE) {
      page = Arrays.copyOf(page, PAGE);
      pages.set(index, page);
    }
    System.arraycopy(bytes, from, page, offset % PAGE, count);
  }

  private void trimLast() {
    int last = pages.size() - 1;
    if (last >= 0) {
      byte[] page = pages.get(last);
      int used = page.length;
      while (used > 0 && page[used - 1] == 0) {
        used--;
      }
      pages.set(last, Arrays.copyOf(page, used));
    }
  }

  @Override
  public long length() {
    return segment.size().bytes();
  }

  @Override
  public InputStream open() {
    return new Bytes();
  }

  private final class Bytes extends InputStream {
    private int at;

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int count) {
      if (count == 0 || at == length()) {
        return count == 0 ? 0 : -1;
      }
      int inPage = at % PAGE;
      int n = Math.min(count, PAGE - inPage);
      byte[] page = at / PAGE < pages.size() ? pages.get(at / PAGE) : new byte[0];
      int used = Math.max(0, Math.min(n, page.length - inPage));
      System.arraycopy(page, Math.min(inPage, page.length), into, offset, used);
      Arrays.fill(into, offset + used, offset + n, (byte) 0);
      at += n;
      return n;
    }
  }
}
