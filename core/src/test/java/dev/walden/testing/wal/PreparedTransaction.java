package dev.walden.testing.wal;

/** A transaction that was prepared and waits for its end. */
record PreparedTransaction(String gid, TransactionParts parts) {}
