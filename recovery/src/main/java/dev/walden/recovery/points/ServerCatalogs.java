package dev.walden.recovery.points;

import dev.walden.wal.record.RelFileLocator;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The catalogs of a server.
 *
 * <p>Source: {@code pg_filenode_relation} in {@code src/backend/utils/adt/dbsize.c}, which also
 * knows the catalogs that {@code pg_class} has no file number of.
 */
final class ServerCatalogs implements CatalogNames {
  private static final String DATABASE =
      "SELECT datname FROM pg_catalog.pg_database WHERE oid = ?::pg_catalog.oid";
  // the default tablespace of a database is 0 to pg_filenode_relation as it is to pg_class
  private static final String RELATION =
      "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)"
          + " FROM pg_catalog.pg_database d, pg_catalog.pg_class c"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE d.datname = pg_catalog.current_database()"
          + " AND d.oid = COALESCE(NULLIF(?::pg_catalog.oid, 0), d.oid)"
          + " AND c.oid = pg_catalog.pg_filenode_relation("
          + "CASE d.dattablespace WHEN ?::pg_catalog.oid THEN 0 ELSE ?::pg_catalog.oid END,"
          + " ?::pg_catalog.oid)";

  private final Connection connection;

  ServerCatalogs(Connection connection) {
    this.connection = connection;
  }

  @Override
  public Optional<String> database(long oid) throws IOException {
    return ask(DATABASE, oid);
  }

  @Override
  public Optional<String> relation(RelFileLocator file) throws IOException {
    return ask(RELATION, file.database(), file.tablespace(), file.tablespace(), file.relation());
  }

  private Optional<String> ask(String sql, long... numbers) throws IOException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < numbers.length; i++) {
        statement.setString(i + 1, Long.toString(numbers[i]));
      }
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IOException("the catalogs could not be asked for names: " + e.getMessage(), e);
    }
  }
}
