package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import java.util.Locale;

/**
 * The part of the server that writes and replays a kind of record, in the order of their ids.
 *
 * <p>Source: {@code src/include/access/rmgrlist.h}, the same in 14 to 18; names of operations from
 * {@code src/backend/access/rmgrdesc}.
 */
public enum ResourceManager {
  XLOG(
      "XLOG",
      "CHECKPOINT_SHUTDOWN CHECKPOINT_ONLINE NOOP NEXTOID SWITCH BACKUP_END PARAMETER_CHANGE"
          + " RESTORE_POINT FPW_CHANGE END_OF_RECOVERY FPI_FOR_HINT FPI - OVERWRITE_CONTRECORD"
          + " CHECKPOINT_REDO"),
  TRANSACTION(
      "Transaction",
      "COMMIT PREPARE ABORT COMMIT_PREPARED ABORT_PREPARED ASSIGNMENT INVALIDATION -"
          + " COMMIT PREPARE ABORT COMMIT_PREPARED ABORT_PREPARED ASSIGNMENT INVALIDATION"),
  STORAGE("Storage", "- CREATE TRUNCATE"),
  CLOG("CLOG", "ZEROPAGE TRUNCATE"),
  DATABASE("Database", "CREATE_FILE_COPY CREATE_WAL_LOG DROP"),
  TABLESPACE("Tablespace", "CREATE DROP"),
  MULTI_XACT("MultiXact", "ZERO_OFF_PAGE ZERO_MEM_PAGE CREATE_ID TRUNCATE_ID"),
  REL_MAP("RelMap", "UPDATE"),
  STANDBY("Standby", "LOCK RUNNING_XACTS INVALIDATIONS"),
  HEAP2(
      "Heap2",
      "REWRITE PRUNE_ON_ACCESS PRUNE_VACUUM_SCAN PRUNE_VACUUM_CLEANUP VISIBLE MULTI_INSERT"
          + " LOCK_UPDATED NEW_CID - - - - - MULTI_INSERT+INIT"),
  HEAP(
      "Heap",
      "INSERT DELETE UPDATE TRUNCATE HOT_UPDATE HEAP_CONFIRM LOCK INPLACE"
          + " INSERT+INIT - UPDATE+INIT - HOT_UPDATE+INIT"),
  BTREE(
      "Btree",
      "INSERT_LEAF INSERT_UPPER INSERT_META SPLIT_L SPLIT_R INSERT_POST DEDUP DELETE UNLINK_PAGE"
          + " UNLINK_PAGE_META NEWROOT MARK_PAGE_HALFDEAD VACUUM REUSE_PAGE META_CLEANUP"),
  HASH(
      "Hash",
      "INIT_META_PAGE INIT_BITMAP_PAGE INSERT ADD_OVFL_PAGE SPLIT_ALLOCATE_PAGE SPLIT_PAGE"
          + " SPLIT_COMPLETE MOVE_PAGE_CONTENTS SQUEEZE_PAGE DELETE SPLIT_CLEANUP"
          + " UPDATE_META_PAGE VACUUM_ONE_PAGE"),
  GIN(
      "Gin",
      "- CREATE_PTREE INSERT SPLIT VACUUM_PAGE DELETE_PAGE UPDATE_META_PAGE INSERT_LISTPAGE"
          + " DELETE_LISTPAGE VACUUM_DATA_LEAF_PAGE"),
  GIST("Gist", "PAGE_UPDATE DELETE PAGE_REUSE PAGE_SPLIT - - PAGE_DELETE ASSIGN_LSN"),
  SEQUENCE("Sequence", "LOG"),
  SPGIST(
      "SPGist",
      "- ADD_LEAF MOVE_LEAFS ADD_NODE SPLIT_TUPLE PICKSPLIT VACUUM_LEAF VACUUM_ROOT"
          + " VACUUM_REDIRECT"),
  BRIN(
      "BRIN",
      "CREATE_INDEX INSERT UPDATE SAMEPAGE_UPDATE REVMAP_EXTEND DESUMMARIZE - - -"
          + " INSERT+INIT UPDATE+INIT"),
  COMMIT_TS("CommitTs", "ZEROPAGE TRUNCATE"),
  REPLICATION_ORIGIN("ReplicationOrigin", "SET DROP"),
  GENERIC("Generic", "Generic"),
  LOGICAL_MESSAGE("LogicalMessage", "MESSAGE"),
  /** An extension's, id 128 to 255, from 15 on. */
  CUSTOM("custom", "");

  private static final int FIRST_CUSTOM = 128;
  private static final ResourceManager[] VALUES = values();

  private final String printed;

  @SuppressWarnings("ImmutableEnumChecker") // never handed out
  private final String[] operations;

  ResourceManager(String printed, String operations) {
    this.printed = printed;
    this.operations = operations.split(" ");
  }

  /** Whether a server of this version can write records with this id. */
  static boolean isValid(int id, PgVersion version) {
    return id < CUSTOM.ordinal() || id >= FIRST_CUSTOM && version.compareTo(PgVersion.PG_15) >= 0;
  }

  /** The resource manager with a valid id. */
  static ResourceManager of(int id) {
    return id < CUSTOM.ordinal() ? VALUES[id] : CUSTOM;
  }

  /**
   * The name of an operation as {@code pg_waldump} prints it, {@code UNKNOWN (info)} if it has
   * none.
   *
   * @param info of a record of this resource manager
   */
  String operation(int info, PgVersion version) {
    int code = info >>> 4 & 0xF;
    if (this == DATABASE && version == PgVersion.PG_14) {
      return code == 0 ? "CREATE" : code == 1 ? "DROP" : unknown(info);
    }
    if (this == HEAP2 && version.compareTo(PgVersion.PG_17) < 0 && code >= 1 && code <= 3) {
      return code == 1 ? "PRUNE" : code == 2 ? "VACUUM" : "FREEZE_PAGE";
    }
    boolean named = code < operations.length && operations[code].length() > 1;
    return named ? operations[code] : unknown(info);
  }

  private static String unknown(int info) {
    return String.format(Locale.ROOT, "UNKNOWN (%x)", info & 0xF0);
  }

  /** As {@code pg_waldump} prints it: {@code Heap2}. */
  @Override
  public String toString() {
    return printed;
  }
}
