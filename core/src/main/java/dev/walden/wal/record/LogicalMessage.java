package dev.walden.wal.record;

/**
 * {@code pg_logical_emit_message}.
 *
 * <p>Source: {@code src/include/replication/message.h}.
 *
 * @param transactional whether it counts only if its transaction commits
 * @param length bytes of its content
 */
public record LogicalMessage(long database, boolean transactional, String prefix, int length)
    implements RecordBody {}
