package dev.walden.wal.record;

/**
 * A page of a table or index that a record changes.
 *
 * <p>Source: {@code src/include/access/xlogrecord.h}.
 *
 * @param id 0 to 32, its number within the record
 * @param fork 0 main, 1 free space map, 2 visibility map, 3 init
 * @param block the number of the page within the fork, unsigned
 * @param image the page as it was or shall be, if the record holds it
 * @param willInit whether replay makes the page anew
 * @param dataLength bytes that belong to the page beside its image
 */
public record BlockReference(
    int id,
    RelFileLocator locator,
    int fork,
    long block,
    Image image,
    boolean willInit,
    int dataLength) {

  /**
   * An image of the page.
   *
   * @param length bytes in the record; 0 if there is no image
   * @param apply whether replay restores it, or only checks against it
   */
  public record Image(int length, Compression compression, boolean apply) {
    /** What a block reference without an image has. */
    public static final Image NONE = new Image(0, Compression.NONE, false);
  }

  /** How an image is compressed. */
  public enum Compression {
    NONE,
    PGLZ,
    LZ4,
    ZSTD
  }

  /** Whether the record holds an image of the page. */
  public boolean hasImage() {
    return !image.equals(Image.NONE);
  }
}
