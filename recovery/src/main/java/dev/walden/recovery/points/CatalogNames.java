package dev.walden.recovery.points;

import dev.walden.wal.record.RelFileLocator;
import java.io.IOException;
import java.sql.Connection;
import java.util.Optional;

/**
 * Names for the numbers in WAL. Catalogs of another moment may not know a number: those of the
 * running server no longer know what was dropped, those of a cluster recovered to just before do.
 */
public interface CatalogNames {

  /** The name of a database, by its OID. */
  Optional<String> database(long oid) throws IOException;

  /** The name of a table or index with its schema, {@code public.orders}, by its files. */
  Optional<String> relation(RelFileLocator file) throws IOException;

  /** Knows no name. */
  static CatalogNames none() {
    return new CatalogNames() {
      @Override
      public Optional<String> database(long oid) {
        return Optional.empty();
      }

      @Override
      public Optional<String> relation(RelFileLocator file) {
        return Optional.empty();
      }
    };
  }

  /**
   * Asks a server: all databases, and the relations of the database that the connection is to. A
   * server that recovers serves, too. The connection stays the caller's.
   */
  static CatalogNames of(Connection connection) {
    return new ServerCatalogs(connection);
  }
}
