package dev.walden.wal.record;

import java.util.List;

/**
 * Files, databases and tablespaces that are created, dropped or truncated. Files removed at the end
 * of a transaction are in {@link TransactionBody.End#droppedFiles}.
 *
 * <p>Source: {@code src/include/catalog/storage_xlog.h}, {@code
 * src/include/commands/dbcommands_xlog.h} ({@code dbcommands.h} in 14), {@code
 * src/include/commands/tablespace.h}, {@code src/include/utils/relmapper.h}, {@code
 * src/include/access/heapam_xlog.h}.
 */
public sealed interface FileBody extends RecordBody {

  /** A file was created. */
  record Create(RelFileLocator locator, int fork) implements FileBody {}

  /**
   * A relation was truncated.
   *
   * @param blocks pages that the main fork keeps
   * @param flags 1 main fork, 2 visibility map, 4 free space map
   */
  record Truncate(RelFileLocator locator, long blocks, int flags) implements FileBody {}

  /**
   * A database was created.
   *
   * @param source the database copied file by file; 0 if its pages are logged instead
   */
  record CreateDatabase(long database, long tablespace, long source, long sourceTablespace)
      implements FileBody {}

  /** A database was dropped, or removed from tablespaces. */
  record DropDatabase(long database, List<Long> tablespaces) implements FileBody {}

  /** A tablespace was created. */
  record CreateTablespace(long tablespace, String path) implements FileBody {}

  /** A tablespace was dropped. */
  record DropTablespace(long tablespace) implements FileBody {}

  /**
   * Mapped catalogs, which have no file number in {@code pg_class}, received new files.
   *
   * @param database 0 for the shared catalogs
   */
  record UpdateRelMap(long database, long tablespace, int length) implements FileBody {}

  /** {@code TRUNCATE} of tables, for logical decoding only; the relations are OIDs. */
  record TruncateTables(long database, int flags, List<Long> relations) implements FileBody {}
}
