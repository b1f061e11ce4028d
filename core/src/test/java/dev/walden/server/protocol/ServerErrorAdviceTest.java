package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerErrorAdviceTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "28000|InitializeSessionUserId|role does not exist    |false|ALTER ROLE \"joe\" LOGIN",
        "28000|ClientAuthentication   |no pg_hba.conf entry   |false|host replication joe",
        "42501|InitPostgres           |must be replication    |false|ALTER ROLE \"joe\" REPLICATION",
        "42704|ReplicationSlotAcquire |slot does not exist    |false|create the replication slot",
        "42710|ReplicationSlotCreate  |slot exists            |false|choose another name",
        "53300|InitProcess            |exceeds (currently 0)  |false|wal_level = replica",
        "53300|InitProcess            |exceeds (currently 10) |true |raise max_wal_senders",
        "53300|InitProcess            |überschreitet (derzeit 0)|false|wal_level = replica",
        "53400|ReplicationSlotCreate  |all slots are in use   |false|raise max_replication_slots",
        "55000|exec_replication_command|in stopping mode      |true |shutting down",
        "55000|ReplicationSlotAcquire |was invalidated        |false|drop and recreate it",
        // a logical slot, or a server that writes no full pages, is no invalid slot
        "55000|ReadReplicationSlot    |a logical slot         |false|''",
        "55000|do_pg_backup_stop      |full_page_writes=off   |false|''",
        "55006|ReplicationSlotAcquire |active for PID 7       |true |another receiver",
        "57P03|ProcessStartupPacket   |is starting up         |true |retry",
        "58P01|SendTimeLineHistory    |no such file           |false|no history of that timeline",
        "58P01|WalSndSegmentOpen      |requested WAL segment 000000010000000000000001 has already"
            + " been removed|false|fetch the missing WAL",
        "XX000|StartReplication       |forked off             |false|does not continue",
        "XX001|mdread                 |invalid page           |false|damaged data"
      })
  void theFirstRuleThatFitsCounts(
      String state, String routine, String message, boolean mayPass, String advice) {
    ServerErrorAdvice given =
        ServerErrorAdvice.of(new ServerError("ERROR", state, message, "", routine), "joe");
    assertEquals(mayPass, given.mayPass());
    assertTrue(given.advice().contains(advice), given::advice);
    assertEquals(advice.isEmpty(), given.advice().isEmpty(), given::advice);
  }

  @ParameterizedTest
  @CsvSource({
    "08006,true",
    "40001,true",
    "53100,true",
    "55P03,true",
    "57014,true",
    "58030,true",
    "XX000,true",
    "42601,false",
    "22023,false",
    "0A000,false"
  })
  void otherStatesAreJudgedByTheirClass(String state, boolean mayPass) {
    ServerError error = new ServerError("ERROR", state, "something", "", "somewhere");
    assertEquals(new ServerErrorAdvice(mayPass, ""), ServerErrorAdvice.of(error, "joe"));
  }
}
