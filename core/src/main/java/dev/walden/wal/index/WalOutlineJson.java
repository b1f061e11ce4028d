package dev.walden.wal.index;

import dev.walden.ArchiveException;
import java.util.List;

/** Outlines as JSON documents of format 1. */
public final class WalOutlineJson {
  private WalOutlineJson() {}

  /** A document of one outline. */
  public static byte[] print(WalOutline outline) {
    return print(List.of(outline));
  }

  /** A document of several outlines, such as those of a group of segments, in the given order. */
  public static byte[] print(List<WalOutline> outlines) {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads what {@link #print} wrote.
   *
   * @param file what the document is called in errors
   * @throws ArchiveException a {@link dev.walden.CorruptFileException} if it is anything else, an
   *     {@link dev.walden.UnsupportedFormatException} if it is of a later format
   */
  public static List<WalOutline> parse(String file, byte[] content) throws ArchiveException {
    throw new UnsupportedOperationException();
  }
}
