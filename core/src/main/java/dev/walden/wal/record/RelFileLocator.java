package dev.walden.wal.record;

/**
 * The files of a table or index: {@code tablespace/database/relation}, as PostgreSQL prints it. The
 * last number is the relfilenumber, not the OID of the relation.
 *
 * <p>Source: {@code src/include/storage/relfilelocator.h} ({@code relfilenode.h} up to 15).
 */
public record RelFileLocator(long tablespace, long database, long relation) {

  @Override
  public String toString() {
    return tablespace + "/" + database + "/" + relation;
  }
}
