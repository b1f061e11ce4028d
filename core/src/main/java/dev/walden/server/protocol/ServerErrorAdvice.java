package dev.walden.server.protocol;

/**
 * What a server's error asks of the caller: whether the same request may succeed later without
 * anybody changing anything, and what there is to change. Decided by SQLSTATE and by the C function
 * that raised the error; the text may be in the server's language, so that it only sharpens.
 *
 * <p>Source: {@code src/backend/replication/walsender.c}, {@code src/backend/replication/slot.c},
 * {@code src/backend/utils/init/postinit.c}, {@code src/backend/libpq/auth.c}.
 *
 * @param advice a phrase for an operator; empty if the server's own words must do
 */
record ServerErrorAdvice(boolean mayPass, String advice) {

  static ServerErrorAdvice of(ServerError error, String role) {
    if (error.isWalRemoved()) {
      return change(
          "fetch the missing WAL from the server's own archive or another server, or begin again"
              + " with a base backup; a replication slot keeps WAL until it is received");
    }
    switch (error.sqlState()) {
      case "28000":
        return change(login(error, role));
      case "28P01":
        return change("check the user and the password");
      case "42501":
        return change(
            error.routine().equals("InitPostgres")
                ? "run ALTER ROLE \"" + role + "\" REPLICATION"
                : "");
      case "53300":
        return connections(error);
      case "57P01":
      case "57P02":
      case "57P03":
        return wait("the server is starting, stopping or recovering; try again");
      case "58P01":
        return change(
            error.routine().equals("SendTimeLineHistory")
                ? "this server has no history of that timeline"
                : "");
      case "XX000":
        return internal(error);
      case "XX001":
      case "XX002":
        return change("the server found damaged data; its log names the files");
      default:
        return error.sqlState().startsWith("42") || error.sqlState().matches("53400|55...")
            ? slot(error)
            : byClass(error);
    }
  }

  private static String login(ServerError error, String role) {
    return error.routine().equals("InitializeSessionUserId")
        ? "the role must exist and may log in: CREATE ROLE or ALTER ROLE \""
            + role
            + "\" LOGIN REPLICATION"
        : "add a line to pg_hba.conf, such as: host replication "
            + role
            + " <address of this host>/32 scram-sha-256; then reload";
  }

  private static ServerErrorAdvice connections(ServerError error) {
    return error.message().contains("(currently 0)")
        ? change("set wal_level = replica and max_wal_senders = 10, and restart the server")
        : wait("try again, or raise max_wal_senders and restart the server");
  }

  private static ServerErrorAdvice internal(ServerError error) {
    String routine = error.routine();
    return routine.equals("StartReplication") || routine.equals("tliSwitchPoint")
        ? change(
            "this server does not continue what is already received: a standby that lags must"
                + " catch up first; after a failover, a restore or pg_rewind, connect to the server"
                + " whose timeline does")
        : wait("");
  }

  private static ServerErrorAdvice slot(ServerError error) {
    switch (error.sqlState()) {
      case "42704":
        return change(
            error.routine().startsWith("ReplicationSlot") ? "create the replication slot" : "");
      case "42710":
        return change("use the replication slot that is there, or choose another name");
      case "53400":
        return change(
            "drop a replication slot nobody uses, or raise max_replication_slots and restart the"
                + " server");
      case "55006":
        return wait(
            "another receiver uses the replication slot; stop it, or wait until the server has"
                + " noticed that it is gone (wal_sender_timeout)");
      case "55000":
        return error.routine().equals("exec_replication_command")
            ? wait("the server is shutting down; try again")
            : change("if the server has invalidated the replication slot, drop it and create it");
      default:
        return byClass(error);
    }
  }

  /** Insufficient resources, operator intervention, I/O errors and the like may pass. */
  private static ServerErrorAdvice byClass(ServerError error) {
    String state = error.sqlState();
    return state.matches("(08|40|53|55|57|58|XX)...") ? wait("") : change("");
  }

  private static ServerErrorAdvice wait(String advice) {
    return new ServerErrorAdvice(true, advice);
  }

  private static ServerErrorAdvice change(String advice) {
    return new ServerErrorAdvice(false, advice);
  }
}
