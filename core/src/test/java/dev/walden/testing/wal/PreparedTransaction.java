package dev.walden.testing.wal;

/** A prepared transaction that has not ended. */
record PreparedTransaction(String gid, TransactionParts parts) {}
