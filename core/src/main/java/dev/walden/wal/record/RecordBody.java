package dev.walden.wal.record;

/** The content of a record: an immutable value that outlives the reader's position. */
public sealed interface RecordBody
    permits TransactionBody, XlogBody, FileBody, StandbyBody, LogicalMessage {}
