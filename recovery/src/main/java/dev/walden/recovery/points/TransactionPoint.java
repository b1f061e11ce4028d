package dev.walden.recovery.points;

import dev.walden.json.JsonObject;
import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.RecoveryTarget;

/** The end of a transaction, where recovery can stop before or after. */
public record TransactionPoint(WalPlace place, EndedTransaction transaction) {

  /** Just before its end. */
  public RecoveryTarget before() {
    return RecoveryTarget.beforeTransaction(transaction.xid());
  }

  /** Just after its end. */
  public RecoveryTarget after() {
    return RecoveryTarget.transaction(transaction.xid());
  }

  /** For programs. Members are only ever added. */
  public JsonObject toJson() {
    return place.into(
        JsonObject.create()
            .with("xid", transaction.xid())
            .with("time", transaction.time().toString())
            .with("commit", transaction.commit()));
  }

  @Override
  public String toString() {
    return (transaction.commit() ? "commit" : "abort")
        + " of transaction "
        + transaction.xid()
        + " at "
        + transaction.time()
        + ", "
        + place;
  }
}
