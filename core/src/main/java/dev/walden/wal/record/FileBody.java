package dev.walden.wal.record;

import java.util.List;

/**
 * Files, databases and tablespaces that come, go and shrink. Their removal with a transaction is in
 * {@link TransactionBody.End#droppedFiles}.
 *
 * <p>Source: {@code src/include/catalog/storage_xlog.h}, {@code
 * src/include/commands/dbcommands_xlog.h} ({@code dbcommands.h} in 14), {@code
 * src/include/commands/tablespace.h}, {@code src/include/utils/relmapper.h}, {@code
 * src/include/access/heapam_xlog.h}.
 */
public sealed interface FileBody extends RecordBody {

  /** A file was made. */
  record Create(RelFileLocator locator, int fork) implements FileBody {}

  /**
   * Files were cut off.
   *
   * @param blocks pages that the main fork keeps
   * @param flags 1 main fork, 2 visibility map, 4 free space map
   */
  record Truncate(RelFileLocator locator, long blocks, int flags) implements FileBody {}

  /**
   * A database was made. Where it was copied file by file, its source is said.
   *
   * @param source the database copied, 0 if what is in it is logged page by page
   */
  record CreateDatabase(long database, long tablespace, long source, long sourceTablespace)
      implements FileBody {}

  /** A database was dropped, or left tablespaces. */
  record DropDatabase(long database, List<Long> tablespaces) implements FileBody {}

  /** A tablespace was made. */
  record CreateTablespace(long tablespace, String path) implements FileBody {}

  /** A tablespace was dropped. */
  record DropTablespace(long tablespace) implements FileBody {}

  /**
   * Catalogs without a file number of their own in {@code pg_class} got other files.
   *
   * @param database 0 for the catalogs that all databases share
   */
  record UpdateRelMap(long database, long tablespace, int length) implements FileBody {}

  /** {@code TRUNCATE} of tables, for logical decoding only; the relations are OIDs. */
  record TruncateTables(long database, int flags, List<Long> relations) implements FileBody {}
}
