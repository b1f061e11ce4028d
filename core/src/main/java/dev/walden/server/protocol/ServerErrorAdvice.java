package dev.walden.server.protocol;

import java.util.List;

/**
 * What a server's error means for the caller: whether the same request may succeed later without
 * any change, and what to change otherwise. Decided by the SQLSTATE and the C function that raised
 * the error, never by words of the message, which may be in any language.
 *
 * <p>The rules are data: the first match applies.
 *
 * <p>Source: {@code src/backend/replication/walsender.c}, {@code src/backend/replication/slot.c},
 * {@code src/backend/utils/init/postinit.c}, {@code src/backend/libpq/auth.c}.
 *
 * @param advice a phrase for the operator; empty if the server's message must suffice
 */
record ServerErrorAdvice(boolean mayPass, String advice) {
  /** Of a physical slot, the only error 55000 that this function raises is its invalidation. */
  private static final String SLOT_IN_USE = "ReplicationSlotAcquire";

  private static final String STARTING = "the server is starting, stopping or recovering; retry";
  private static final String DAMAGED = "the server detected damaged data; its log names the files";
  private static final String OTHER_HISTORY =
      "this server does not continue the WAL already received: a lagging standby must catch up"
          + " first; after a failover, a restore or pg_rewind, connect to the server whose"
          + " timeline continues it";

  /**
   * One line of the table.
   *
   * @param state a prefix of the SQLSTATE
   * @param routine a prefix of the C function's name
   * @param text a substring of the message
   * @param advice the advice, in which {@code {role}} stands for the login role
   */
  private record Rule(String state, String routine, String text, boolean mayPass, String advice) {
    boolean fits(ServerError error) {
      return error.sqlState().startsWith(state)
          && error.routine().startsWith(routine)
          && error.message().contains(text);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          change(
              "28000",
              "InitializeSessionUserId",
              "the role must exist and be able to log in: CREATE ROLE or ALTER ROLE \"{role}\""
                  + " LOGIN REPLICATION"),
          change(
              "28000",
              "",
              "add a line to pg_hba.conf, such as: host replication {role} <address of this"
                  + " host>/32 scram-sha-256; then reload the server"),
          change("28P01", "", "check the user and the password"),
          change("42501", "InitPostgres", "run ALTER ROLE \"{role}\" REPLICATION"),
          change("42704", "ReplicationSlot", "create the replication slot"),
          change("42710", "", "use the existing replication slot, or choose another name"),
          new Rule(
              "53300",
              "",
              // the limit, in every language
              " 0)",
              false,
              "set wal_level = replica and max_wal_senders = 10, and restart the server"),
          wait("53300", "", "retry, or raise max_wal_senders and restart the server"),
          change(
              "53400",
              "",
              "drop an unused replication slot, or raise max_replication_slots and restart the"
                  + " server"),
          wait("55000", "exec_replication_command", "the server is shutting down; retry"),
          change(
              "55000",
              SLOT_IN_USE,
              "if the server has invalidated the replication slot, drop and recreate it"),
          change("55000", "", ""),
          wait(
              "55006",
              "",
              "another receiver uses the replication slot; stop it, or wait until the server"
                  + " detects that it is gone (wal_sender_timeout)"),
          wait("57P01", "", STARTING),
          wait("57P02", "", STARTING),
          wait("57P03", "", STARTING),
          change("58P01", "SendTimeLineHistory", "this server has no history of that timeline"),
          change("58P01", "", ""),
          change("XX000", "StartReplication", OTHER_HISTORY),
          change("XX000", "tliSwitchPoint", OTHER_HISTORY),
          change("XX001", "", DAMAGED),
          change("XX002", "", DAMAGED),
          // insufficient resources, operator intervention, I/O errors and the like may be temporary
          wait("08", "", ""),
          wait("40", "", ""),
          wait("53", "", ""),
          wait("55", "", ""),
          wait("57", "", ""),
          wait("58", "", ""),
          wait("XX", "", ""));

  static ServerErrorAdvice of(ServerError error, String role) {
    if (error.isWalRemoved()) {
      return new ServerErrorAdvice(
          false,
          "fetch the missing WAL from the server's own archive or another server, or start over"
              + " with a base backup; a replication slot retains WAL until it is received");
    }
    return RULES.stream()
        .filter(rule -> rule.fits(error))
        .findFirst()
        .map(rule -> new ServerErrorAdvice(rule.mayPass(), rule.advice().replace("{role}", role)))
        .orElse(new ServerErrorAdvice(false, ""));
  }

  /** Whether the replication slot can never be used again. */
  static boolean isSlotInvalidated(ServerError error) {
    return error.sqlState().equals("55000") && error.routine().startsWith(SLOT_IN_USE);
  }

  private static Rule wait(String state, String routine, String advice) {
    return new Rule(state, routine, "", true, advice);
  }

  private static Rule change(String state, String routine, String advice) {
    return new Rule(state, routine, "", false, advice);
  }
}
