package dev.walden.wal.record;

/** What a record says: values of their own, which stay when the reader goes on. */
public sealed interface RecordBody
    permits TransactionBody, XlogBody, FileBody, StandbyBody, LogicalMessage {}
