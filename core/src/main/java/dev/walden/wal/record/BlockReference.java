package dev.walden.wal.record;

/**
 * A page of a table or index that a record changes.
 *
 * <p>Source: {@code src/include/access/xlogrecord.h}.
 *
 * @param id 0 to 32, its number within the record
 * @param fork 0 main, 1 free space map, 2 visibility map, 3 init
 * @param block the number of the page within the fork, unsigned
 * @param image the image of the page, if the record holds one
 * @param willInit whether replay initializes the page
 * @param dataLength bytes of the block's data, without its image
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
   * @param apply whether replay restores it, or only compares with it
   */
  public record Image(int length, Compression compression, boolean apply) {
    /** Stands for no image. */
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
