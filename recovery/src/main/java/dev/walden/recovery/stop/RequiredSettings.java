package dev.walden.recovery.stop;

import dev.walden.cluster.ControlFile;
import dev.walden.wal.record.XlogBody.ParameterChange;
import java.util.Locale;

/**
 * The settings that a hot standby must not have lower than the server that wrote the WAL.
 *
 * <p>Source: {@code CheckRequiredParameterValues} in {@code src/backend/access/transam/xlog.c}.
 */
public record RequiredSettings(
    int maxConnections,
    int maxWorkerProcesses,
    int maxWalSenders,
    int maxPreparedTransactions,
    int maxLocksPerTransaction) {

  public static RequiredSettings of(ControlFile.Settings settings) {
    return new RequiredSettings(
        settings.maxConnections(),
        settings.maxWorkerProcesses(),
        settings.maxWalSenders(),
        settings.maxPreparedTransactions(),
        settings.maxLocksPerTransaction());
  }

  public static RequiredSettings of(ParameterChange change) {
    return new RequiredSettings(
        change.maxConnections(),
        change.maxWorkerProcesses(),
        change.maxWalSenders(),
        change.maxPreparedTransactions(),
        change.maxLocksPerTransaction());
  }

  /** Whether a server with these settings can follow WAL that needs the given ones. */
  public boolean satisfy(RequiredSettings needed) {
    return maxConnections >= needed.maxConnections
        && maxWorkerProcesses >= needed.maxWorkerProcesses
        && maxWalSenders >= needed.maxWalSenders
        && maxPreparedTransactions >= needed.maxPreparedTransactions
        && maxLocksPerTransaction >= needed.maxLocksPerTransaction;
  }

  /** As {@code name = value}, separated by commas. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "max_connections = %d, max_worker_processes = %d, max_wal_senders = %d,"
            + " max_prepared_transactions = %d, max_locks_per_transaction = %d",
        maxConnections,
        maxWorkerProcesses,
        maxWalSenders,
        maxPreparedTransactions,
        maxLocksPerTransaction);
  }
}
